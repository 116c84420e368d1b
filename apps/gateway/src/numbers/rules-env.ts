import { z } from 'zod';
import type { Rules } from './floor.ts';

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
export const rulesEnv = {
  TIME_ZONE: timeZone.default('UTC').describe('Time zone whose days are counted, as America/Sao_Paulo'),
  SERVICE_LEVEL_SECONDS: seconds(20).describe('Answered within so many seconds, inclusive, is in time'),
  SHORT_ABANDON_SECONDS: seconds(5).describe('Abandoned within so many seconds, inclusive, counts in no ratio'),
};

type RulesEnv = z.infer<z.ZodObject<typeof rulesEnv>> & { readonly STALE_AFTER_MINUTES: number };

export const rulesOfEnv = (env: RulesEnv): Rules => ({
  timeZone: env.TIME_ZONE,
  serviceLevelMs: env.SERVICE_LEVEL_SECONDS * 1_000,
  shortAbandonMs: env.SHORT_ABANDON_SECONDS * 1_000,
  staleAfterMs: env.STALE_AFTER_MINUTES * 60_000,
});
