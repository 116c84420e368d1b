export { align } from './kafka/align.ts';
export { createAddressOf, createIsIn, networksEnv } from './addresses.ts';
export { startAdmin } from './admin.ts';
export type { Readiness } from './admin.ts';
export {
  adminHostEnv,
  databaseEnv,
  hostsEnv,
  kafkaEnv,
  listEnv,
  logEnv,
  portEnv,
  readConfig,
  renderEnvExample,
  secretEnv,
  stopEnv,
} from './config.ts';
export type { EnvSection } from './config.ts';
export { eventUuid } from './identity.ts';
export { connectKafka, withAdmin } from './kafka/connect.ts';
export type { Kafka } from './kafka/connect.ts';
export { consume } from './kafka/consume.ts';
export type { Batch, Consuming, Consumption } from './kafka/consume.ts';
export { isRefusedForGood, isTransientKafkaFailure } from './kafka/failures.ts';
export { followTopic } from './kafka/follow-topic.ts';
export { logEntry, uuidOf } from './kafka/log-entry.ts';
export { receivedAtOf } from './kafka/log-record.ts';
export type { LogRecord } from './kafka/log-record.ts';
export { readRanges } from './kafka/read-ranges.ts';
export type { OffsetRange } from './kafka/read-ranges.ts';
export { connectPublisher, createPartitionOf, openPublisher } from './kafka/publisher.ts';
export type { OutRecord, Publisher } from './kafka/publisher.ts';
export {
  deadLetterTopic,
  endOffsets,
  ensureTopics,
  offsetsSince,
  partitionsDefault,
  topicExists,
  topicFacts,
} from './kafka/topics.ts';
export type { TopicFacts } from './kafka/topics.ts';
export { closeServers, listen } from './listen.ts';
export { createLog } from './log.ts';
export type { Log } from './log.ts';
export { showProgress } from './progress.ts';
export type { Terminal } from './progress.ts';
export { DeadlineExceeded, drainDeadlineMs, runService, stopSignal, within } from './stop.ts';
