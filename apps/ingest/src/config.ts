import { join } from 'node:path';
import {
  adminHostEnv,
  checkKafka,
  hostNamesEnv,
  hostsEnv,
  kafkaEnv,
  logEnv,
  networksEnv,
  originsEnv,
  portEnv,
  stopEnv,
} from '@callstream/runtime';
import { z } from 'zod';
import { authenticationEnv, checkAuthentication } from './admission/authentication-env.ts';
import { burstSeconds } from './admission/rate-limits.ts';

const limit = z.coerce.number().int().min(0).default(0);

/** Settings of ingest. */
export const IngestEnv = z
  .object({
    INGEST_PORT: portEnv(3000).describe('Port that takes webhooks'),
    INGEST_HOST: hostsEnv.describe('Addresses that take webhooks, separated by commas'),
    INGEST_ADMIN_PORT: portEnv(9101).describe('Port of ingest for /livez, /readyz and /metrics'),
    ...authenticationEnv,
    INGEST_HOSTS: hostNamesEnv.describe(
      'Names of hosts under which senders reach ingest where it asks for no secret, besides IP addresses, localhost and names without a dot; a port is ignored',
    ),
    INGEST_CORS_ORIGINS: originsEnv.describe(
      'Origins of web pages that may send, as https://app.example.com; without a secret, all other pages are refused',
    ),
    INGEST_TRUSTED_PROXIES: networksEnv.describe(
      'Addresses and networks of proxies that are believed about where a request comes from (X-Forwarded-For, else Forwarded)',
    ),
    INGEST_ALLOW: networksEnv.describe('Addresses and networks that may send, separated by commas; empty: all'),
    INGEST_REQUESTS_PER_SECOND_MAX: limit.describe(
      `Requests per second of one address (IPv6: of a network of 64 bits), on average over ${burstSeconds} s; 0: no limit`,
    ),
    INGEST_REFUSED_PER_MINUTE_MAX: limit.describe(
      'Refused requests per minute of one address (IPv6: of a network of 64 bits); 0: no limit',
    ),
    INGEST_CONNECTIONS_MAX: z.coerce
      .number()
      .int()
      .min(1)
      .default(20_000)
      .describe('Most connections at the same time, of each address that is listened on; more are closed at once'),
    INGEST_PRODUCERS: z.coerce
      .number()
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe(
        'Producers that share the partitions, each with one batch in flight; more where a broker flushes to a slow disk',
      ),
    ...kafkaEnv,
    DATA_DIR: z
      .string()
      .default('.data')
      .describe('Folder that holds the spool; each instance of ingest needs its own'),
    SPOOL_MAX_BYTES: z.coerce
      .number()
      .int()
      .min(0)
      .default(1_000_000_000)
      .describe('Most that may wait on disk while Kafka is away, in bytes; about 700 an event; 0: refuse events then'),
    ...adminHostEnv,
    ...stopEnv,
    ...logEnv,
  })
  .superRefine(checkAuthentication)
  .superRefine(checkKafka);

export type IngestConfig = z.infer<typeof IngestEnv>;

/** Where an instance of ingest keeps what Kafka does not take. */
export const spoolDir = (dataDir: string): string => join(dataDir, 'spool');
