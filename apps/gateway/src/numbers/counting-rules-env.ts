import { z } from 'zod';
import type { CountingRules } from './queue-snapshot.ts';

const seconds = (fallback: number) => z.coerce.number().min(0).max(86_400).default(fallback);

/** Checked against Node's list of time zones; Postgres has the same IANA names. */
const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'must be an IANA time zone name, e.g. America/Sao_Paulo');

/** Settings of all numbers: what counts as in time, as abandoned, as present. */
export const countingRulesEnv = {
  TIME_ZONE: timeZone.default('UTC').describe('IANA time zone in which a day begins, e.g. America/Sao_Paulo'),
  SERVICE_LEVEL_SECONDS: seconds(20).describe(
    'Service level threshold: a call answered within this many seconds (inclusive) is in time',
  ),
  SHORT_ABANDON_SECONDS: seconds(5).describe(
    'A call abandoned within this many seconds (inclusive) is left out of service level and abandon rate',
  ),
  RING_MAX_SECONDS: seconds(120).describe(
    'Longest time that a phone counts as ringing if no event says that it stopped',
  ),
  PRESENCE_STALE_HOURS: z.coerce
    .number()
    .min(0)
    .max(8_760)
    .default(12)
    .describe('An agent without an event for this long is shown as not known, and is in no other count; 0: never'),
  WRAP_UP_SECONDS: seconds(0).describe(
    'After a call an agent is in wrap-up for this long, and not available, until the next call, pause, log-out, unpause or log-in; 0: no wrap-up',
  ),
  AGENTS_TAKE_SEVERAL_CALLS: z
    .stringbool()
    .default(false)
    .describe(
      'true: an agent can be on several calls at once; false: an agent who enters another call from a queue has left the first',
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
  wrapUpMs: env.WRAP_UP_SECONDS * 1_000,
  takeSeveralCalls: env.AGENTS_TAKE_SEVERAL_CALLS,
});
