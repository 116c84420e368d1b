import { adminHostEnv, hostsEnv, kafkaEnv, logEnv, portEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Settings of ingest. */
export const IngestEnv = z.object({
  INGEST_PORT: portEnv(3000).describe('Port that takes webhooks'),
  INGEST_HOST: hostsEnv.describe('Addresses that take webhooks, separated by commas'),
  INGEST_ADMIN_PORT: portEnv(9101).describe('Port of ingest for /livez, /readyz and /metrics'),
  ...kafkaEnv,
  ...adminHostEnv,
  ...logEnv,
});
