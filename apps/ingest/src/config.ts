import { availableParallelism } from 'node:os';
import {
  adminHostEnv,
  checkKafka,
  examples,
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

const limit = z.coerce
  .number()
  .int()
  .min(0)
  .default(0)
  .meta(examples(['0', '100'], ['-1', '1.5', '10/s']));

const countMax = 64;

/** A number of processes or producers, or `auto`. */
const countOrAuto = z.union([z.literal('auto'), z.coerce.number().int().min(1).max(countMax)], {
  message: `must be "auto" or a whole number from 1 to ${countMax}`,
});
const countExamples = examples(['1', '4', 'auto'], ['0', '65', '1.5', 'all']);

/** One process, or as many as there are cores beside that of Kafka, or of the process that distributes connections. */
const workersEnv = countOrAuto
  .default(1)
  .transform((workers) => (workers === 'auto' ? Math.min(countMax, Math.max(1, availableParallelism() - 1)) : workers))
  .meta(countExamples);

/** Settings of ingest. */
export const IngestEnv = z
  .object({
    INGEST_PORT: portEnv(3000).describe('Port of the webhook'),
    INGEST_HOST: hostsEnv.describe('Addresses that the webhook listens on, separated by commas'),
    INGEST_ADMIN_PORT: portEnv(9101).describe('Port of ingest for /livez, /readyz and /metrics'),
    ...authenticationEnv,
    INGEST_HOSTS: hostNamesEnv.describe(
      'Without a secret: host names that senders may use for ingest, besides IP addresses, localhost and names without a dot; scheme and port are ignored',
    ),
    INGEST_CORS_ORIGINS: originsEnv.describe(
      'Origins of web pages that may send (CORS), e.g. https://app.example.com; without a secret, other pages are refused',
    ),
    INGEST_TRUSTED_PROXIES: networksEnv.describe(
      'Addresses and networks of trusted proxies, whose X-Forwarded-For (else Forwarded) has the address of the sender',
    ),
    INGEST_ALLOW: networksEnv.describe('Addresses and networks that may send, separated by commas; empty: all'),
    INGEST_REQUESTS_PER_SECOND_MAX: limit.describe(
      `Limit of requests per second of one address (IPv6: one network of 64 bits), on average over ${burstSeconds} s; 0: no limit`,
    ),
    INGEST_REFUSED_PER_MINUTE_MAX: limit.describe(
      'Limit of refused requests per minute of one address (IPv6: one network of 64 bits); 0: no limit',
    ),
    INGEST_CONNECTIONS_MAX: z.coerce
      .number()
      .int()
      .min(1)
      .default(20_000)
      .meta(examples(['1', '100000'], ['0', '-1', '1.5', 'all']))
      .describe(
        'Limit of open connections, for each address in INGEST_HOST; others are closed at once. Fewer if the process may not open enough files (ulimit -n)',
      ),
    INGEST_WORKERS: workersEnv.describe(
      'Processes that accept webhooks, on one port and with one admin port; auto: one less than the cores. All limits are those of the service, not of each worker',
    ),
    INGEST_PRODUCERS: countOrAuto
      .default('auto')
      .meta(countExamples)
      .describe(
        'Producers that share the partitions, each with one batch in flight. auto: one for each broker that leads partitions, and two where brokers flush each batch to their disk (flush.messages=1)',
      ),
    ...kafkaEnv,
    DATA_DIR: z
      .string()
      .default('.data')
      .meta(examples(['/var/lib/callstream', 'São João, 100 % #1'], []))
      .describe('Folder of the spool; each instance of ingest needs its own'),
    SPOOL_MAX_BYTES: z.coerce
      .number()
      .int()
      .min(0)
      .default(1_000_000_000)
      .meta(examples(['0', '500000000'], ['-1', '1GB', '1.5']))
      .describe(
        'Limit of the spool, which stores events on disk while Kafka is unavailable, in bytes; about 700 per event; 0: no spool, events are refused then',
      ),
    ...adminHostEnv,
    ...stopEnv,
    ...logEnv,
  })
  .superRefine(checkAuthentication)
  .superRefine(checkKafka);

export type IngestConfig = z.infer<typeof IngestEnv>;
