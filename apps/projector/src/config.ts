import {
  adminHostEnv,
  checkDatabase,
  checkKafka,
  databaseEnv,
  examples,
  kafkaEnv,
  logEnv,
  portEnv,
} from '@callstream/runtime';
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
      .meta(examples(['calls'], ['']))
      .describe('Consumer group that shares the partitions between projectors'),
    PROJECTOR_CONCURRENCY: z.coerce
      .number()
      .int()
      .min(1)
      .max(64)
      .default(4)
      .meta(examples(['1', '64'], ['0', '65', '1.5']))
      .describe(
        'Partitions whose long batches one projector writes in parallel, with a connection each; short batches share one more (group commit)',
      ),
    PROJECTOR_STALL_SECONDS: z.coerce
      .number()
      .min(1)
      .default(120)
      .meta(examples(['1', '2.5'], ['0', '2m']))
      .describe(
        'Stall watchdog: the projector ends, so that its supervisor restarts it, when records wait this long without progress and no error explains it',
      ),
    PROJECTOR_REFUSED_PER_MINUTE: z.coerce
      .number()
      .int()
      .min(0)
      .default(10)
      .meta(examples(['0', '100'], ['-1', '1.5']))
      .describe(
        'Events per minute that Postgres may refuse for their own data (they are dead-lettered) before /readyz reports it',
      ),
  })
  .superRefine(checkKafka)
  .superRefine(checkDatabase);

export type ProjectorConfig = z.infer<typeof ProjectorEnv>;
