import { join } from 'node:path';
import { adminHostEnv, hostsEnv, kafkaEnv, logEnv, portEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Settings of ingest. */
export const IngestEnv = z.object({
  INGEST_PORT: portEnv(3000).describe('Port that takes webhooks'),
  INGEST_HOST: hostsEnv.describe('Addresses that take webhooks, separated by commas'),
  INGEST_ADMIN_PORT: portEnv(9101).describe('Port of ingest for /livez, /readyz and /metrics'),
  ...kafkaEnv,
  DATA_DIR: z.string().default('.data').describe('Folder that holds the spool; each instance of ingest needs its own'),
  SPOOL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000_000_000)
    .describe('Most that may wait on disk while Kafka is away, in bytes; about 500 an event; 0: refuse events then'),
  ...adminHostEnv,
  ...logEnv,
});

export type IngestConfig = z.infer<typeof IngestEnv>;

/** Where an instance of ingest keeps what Kafka does not take. */
export const spoolDir = (dataDir: string): string => join(dataDir, 'spool');
