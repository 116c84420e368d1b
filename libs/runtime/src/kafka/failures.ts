import kafkajs from 'kafkajs';

/** Whether the same call may succeed later: a broker is away or busy. Said by kafkajs of its own errors. */
export function isTransientKafkaFailure(error: unknown): boolean {
  if (error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded || error instanceof kafkajs.KafkaJSConnectionError)
    return true;
  return error instanceof kafkajs.KafkaJSError && error.retriable;
}
