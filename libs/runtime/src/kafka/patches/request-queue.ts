import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: { readonly length: number };
  scheduleCheckPendingRequests: () => void;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  prototype: RequestQueue;
};
const schedule = prototype.scheduleCheckPendingRequests;

/**
 * kafkajs 2.2.4 re-arms a timer of each connection for ever: 900 to 2,500 times a second, 5 % of a core when idle, and
 * Node 24 warns about negative timeouts. With this patch it is armed only while requests are pending; `send` arms it again.
 */
prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};
