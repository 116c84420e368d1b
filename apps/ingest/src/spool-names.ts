/** What errors and metrics of the spool name. */
export const spoolNames = {
  bytesMaxSetting: 'SPOOL_MAX_BYTES',
  remedy: 'SPOOL_MAX_BYTES=0 starts without a spool; then events are refused while Kafka is unavailable.',
  metricsPrefix: 'callstream_ingest_spool',
  receiver: 'Kafka',
};
