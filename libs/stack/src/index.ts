export { type Authority, type Certificate, createAuthority } from './certificates.ts';
export { type TestDatabase, testDatabase, testKafkaBrokers, testTopicName } from './for-tests.ts';
export { isFree } from './free-port.ts';
export { type KafkaCluster, type KafkaOptions, type KafkaServer, startKafka } from './kafka.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.ts';
export { commandOf } from './process-identity.ts';
export { type Proxy, type ProxyOptions, type ProxyTarget, startProxy } from './proxy.ts';
export { type SecuredKafka, startSecuredKafka } from './secured-kafka.ts';
export { until } from './until.ts';
