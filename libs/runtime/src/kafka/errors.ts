import kafkajs from 'kafkajs';

/** Whether Kafka or its client failed, rather than our code. */
export const isKafkaError = (error: unknown): boolean => error instanceof kafkajs.KafkaJSError;

/** Whether the same call may succeed later, because a broker is unavailable or busy; as kafkajs classifies its own errors. */
export function isTransientKafkaError(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded || error instanceof kafkajs.KafkaJSConnectionError)
    return true;
  return error instanceof kafkajs.KafkaJSError && error.retriable;
}

/** Errors about the records themselves. All others may pass, if only once an operator fixes the broker. */
const permanentErrors = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/** Whether a send failed because of its records, so that a retry cannot succeed. */
export function isPermanentlyRejected(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSProtocolError) return permanentErrors.has(error.type);
  return error instanceof Error && error.cause !== undefined && isPermanentlyRejected(error.cause);
}
