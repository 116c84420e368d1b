import { createRequire } from 'node:module';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  prototype: { pending: readonly unknown[]; scheduleCheckPendingRequests: () => void };
};
const schedule = prototype.scheduleCheckPendingRequests;
/**
 * kafkajs 2.2.4 schedules a check of pending requests also if there are none, for a time in the past, and Node prints a
 * TimeoutNegativeWarning. libs/runtime has the same patch for its clients; this client only checks whether a broker is ready.
 */
prototype.scheduleCheckPendingRequests = function (this: typeof prototype): void {
  if (this.pending.length > 0) schedule.call(this);
};

/** An admin client with short timeouts. */
export function quickAdmin(broker: string): Admin {
  // A few quick retries: the first request for the coordinator creates its topic, and fails until that is ready.
  const retry = { retries: 4, initialRetryTime: 50 };
  return new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, connectionTimeout: 1_000, retry }).admin();
}
