export { allow, disallow } from './acls.ts';
export type { KafkaAcl } from './acls.ts';
export { followValues } from './follow-values.ts';
export { interceptConsumer } from './intercept-consumer.ts';
export type { InterceptedConsumer } from './intercept-consumer.ts';
export { abortTransaction, produceRequests } from './produce-requests.ts';
export type { RequestRecord } from './produce-requests.ts';
export { committedOffsets, connectOffsetReader } from './offsets.ts';
export { addPartitions, createTopicWith, deleteRecordsBefore, deleteTopic, setTopicSettings } from './change-topic.ts';
