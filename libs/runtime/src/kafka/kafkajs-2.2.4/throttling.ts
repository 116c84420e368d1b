import { requireInternal } from './internals.ts';

interface ThrottledQueue {
  maybeThrottle: (ms: number | null) => void;
}

let throttledMs = 0;

/** How long brokers have asked the clients of this process to wait, in seconds: they were over a quota. */
export const throttledSeconds = (): number => throttledMs / 1_000;

/** kafkajs waits when a broker asks for it, but only a log line at debug level says so. */
export function countThrottling(): void {
  const { prototype } = requireInternal<{ prototype: ThrottledQueue }>('network/requestQueue/index.js');
  const maybeThrottle = Reflect.get(prototype, 'maybeThrottle');
  prototype.maybeThrottle = function (this: ThrottledQueue, ms): void {
    throttledMs += ms ?? 0;
    maybeThrottle.call(this, ms);
  };
}
