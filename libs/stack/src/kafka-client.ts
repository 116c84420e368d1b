import { createRequire } from 'node:module';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  prototype: { pending: readonly unknown[]; scheduleCheckPendingRequests: () => void };
};
const schedule = prototype.scheduleCheckPendingRequests;
/**
 * kafkajs 2.2.4 looks for requests that wait also where none does, at a time that is long over: Node warns of a negative
 * timeout. libs/runtime has the same cure for its own clients; this one only asks whether a broker is ready.
 */
prototype.scheduleCheckPendingRequests = function (this: typeof prototype): void {
  if (this.pending.length > 0) schedule.call(this);
};

/** An admin client that does not wait long for a broker. */
export function quickAdmin(broker: string): Admin {
  // A few quick retries: finding the coordinator makes its topic, and is told "not yet" once or twice.
  const retry = { retries: 4, initialRetryTime: 50 };
  return new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, connectionTimeout: 1_000, retry }).admin();
}
