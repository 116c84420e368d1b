import { examples, timeZoneEnv } from '@callstream/runtime';
import { z } from 'zod';
import type { CountingRules } from './queue-snapshot.ts';

const seconds = (fallback: number) =>
  z.coerce
    .number()
    .min(0)
    .max(86_400)
    .default(fallback)
    .meta(examples(['0', '2.5'], ['-1', '86401', '20s', '20,5']));

/** Settings of all numbers: what counts as in time, as abandoned, as present. */
export const countingRulesEnv = {
  TIME_ZONE: timeZoneEnv,
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
    .meta(examples(['0', '1.5'], ['-1', '8761', '12h']))
    .describe('An agent without an event for this long is shown as not known, and is in no other count; 0: never'),
  WRAP_UP_SECONDS: seconds(0).describe(
    'After a call an agent is in wrap-up for this long, and not available, until the next call, pause, log-out, unpause or log-in; 0: no wrap-up',
  ),
  AGENTS_TAKE_SEVERAL_CALLS: z
    .stringbool()
    .default(false)
    .meta(examples(['true', 'false'], ['maybe', '2']))
    .describe(
      'true: an agent can be on several calls at once; false: an agent who enters another call from a queue has left the first',
    ),
};

type CountingRulesEnv = z.infer<z.ZodObject<typeof countingRulesEnv>> & { readonly STALE_AFTER_MINUTES: number };

/** Whole ms, as Postgres takes them: 1.001 * 1,000 is 1000.9999999999999. */
export const msOf = (seconds: number): number => Math.round(seconds * 1_000);

export const countingRulesOfEnv = (env: CountingRulesEnv): CountingRules => ({
  timeZone: env.TIME_ZONE,
  serviceLevelMs: msOf(env.SERVICE_LEVEL_SECONDS),
  shortAbandonMs: msOf(env.SHORT_ABANDON_SECONDS),
  staleAfterMs: env.STALE_AFTER_MINUTES * 60_000,
  ringMsMax: msOf(env.RING_MAX_SECONDS),
  presenceStaleMs: msOf(env.PRESENCE_STALE_HOURS * 3_600),
  wrapUpMs: msOf(env.WRAP_UP_SECONDS),
  takeSeveralCalls: env.AGENTS_TAKE_SEVERAL_CALLS,
});
