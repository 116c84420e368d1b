import { requireInternal } from './internals.ts';

interface RequestQueue {
  readonly pending: { readonly length: number };
  scheduleCheckPendingRequests: () => void;
}

/**
 * kafkajs re-arms a timer of each connection for ever: 900 to 2,500 times a second, 5 % of a core when idle, and
 * Node 24 warns about negative timeouts. With this patch it is armed only while requests are pending; `send` arms it again.
 */
export function repairRequestQueue(): void {
  const { prototype } = requireInternal<{ prototype: RequestQueue }>('network/requestQueue/index.js');
  const schedule = Reflect.get(prototype, 'scheduleCheckPendingRequests');
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
