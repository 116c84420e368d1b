import kafkajs from 'kafkajs';

/** Whether it is Kafka that failed or refused, and not our code. */
export const isKafkaError = (error: unknown): boolean => error instanceof kafkajs.KafkaJSError;

/** Whether the same call may succeed later: a broker is away or busy. Said by kafkajs of its own errors. */
export function isTransientKafkaError(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded || error instanceof kafkajs.KafkaJSConnectionError)
    return true;
  return error instanceof kafkajs.KafkaJSError && error.retriable;
}

/** What a broker says of a record that it will never take. Everything else may pass, if only because somebody mends the broker. */
const refusedForGood = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/** Whether the records of this failed send, and not the state of the cluster, are the reason. */
export function isPermanentlyRejected(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSProtocolError) return refusedForGood.has(error.type);
  return error instanceof Error && error.cause !== undefined && isPermanentlyRejected(error.cause);
}
