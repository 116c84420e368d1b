import { z } from 'zod';
import type { CountingRules } from './queue-snapshot.ts';

const seconds = (given: number) => z.coerce.number().min(0).max(86_400).default(given);

/** A time zone that this machine knows, and Postgres with it: both have the names of IANA. */
const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'must be a name of IANA, as America/Sao_Paulo');

/** How a supervisor counts. */
export const countingRulesEnv = {
  TIME_ZONE: timeZone.default('UTC').describe('Time zone whose days are counted, as America/Sao_Paulo'),
  SERVICE_LEVEL_SECONDS: seconds(20).describe('Answered within so many seconds, inclusive, is in time'),
  SHORT_ABANDON_SECONDS: seconds(5).describe('Abandoned within so many seconds, inclusive, counts in no ratio'),
  RING_MAX_SECONDS: seconds(120).describe(
    'A phone that nobody says has stopped ringing is believed to ring for so long',
  ),
  PRESENCE_STALE_HOURS: z.coerce
    .number()
    .min(0)
    .max(8_760)
    .default(12)
    .describe('An agent of whom nothing was heard for so long is shown as not known, and is in no count; 0: never'),
  AGENTS_TAKE_SEVERAL_CALLS: z
    .stringbool()
    .default(false)
    .describe(
      'true: an agent may be on several calls at once; false: who enters another call through a queue has left the first',
    ),
};

type CountingRulesEnv = z.infer<z.ZodObject<typeof countingRulesEnv>> & { readonly STALE_AFTER_MINUTES: number };

export const countingRulesOfEnv = (env: CountingRulesEnv): CountingRules => ({
  timeZone: env.TIME_ZONE,
  serviceLevelMs: env.SERVICE_LEVEL_SECONDS * 1_000,
  shortAbandonMs: env.SHORT_ABANDON_SECONDS * 1_000,
  staleAfterMs: env.STALE_AFTER_MINUTES * 60_000,
  ringMsMax: env.RING_MAX_SECONDS * 1_000,
  presenceStaleMs: env.PRESENCE_STALE_HOURS * 3_600_000,
  takeSeveralCalls: env.AGENTS_TAKE_SEVERAL_CALLS,
});
