import { adminHostEnv, checkDatabase, checkKafka, databaseEnv, kafkaEnv, logEnv, portEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Settings of the projector. */
export const ProjectorEnv = z
  .object({
    ...kafkaEnv,
    ...databaseEnv,
    ...adminHostEnv,
    ...logEnv,
    PROJECTOR_ADMIN_PORT: portEnv(9102).describe('Port of the projector for /livez, /readyz and /metrics'),
    PROJECTOR_GROUP: z
      .string()
      .min(1)
      .default('callstream-projector')
      .describe('Consumer group that shares the partitions between projectors'),
    PROJECTOR_CONCURRENCY: z.coerce
      .number()
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe(
        'Partitions whose long batches one projector writes at the same time, a connection each; short ones share one more',
      ),
    PROJECTOR_STALL_SECONDS: z.coerce
      .number()
      .min(1)
      .default(120)
      .describe(
        'The projector ends, to be started again, when records wait this long without progress and no error says why',
      ),
    PROJECTOR_REFUSED_PER_MINUTE: z.coerce
      .number()
      .int()
      .min(0)
      .default(10)
      .describe(
        'Events of a minute that Postgres refuses for their own data, and that are dead-lettered; with more, /readyz says so',
      ),
  })
  .superRefine(checkKafka)
  .superRefine(checkDatabase);

export type ProjectorConfig = z.infer<typeof ProjectorEnv>;
