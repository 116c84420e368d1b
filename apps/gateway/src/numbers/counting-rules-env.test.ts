import { z } from 'zod';
import { countingRulesEnv, countingRulesOfEnv } from './counting-rules-env.ts';

it('times of settings are whole milliseconds, which is all that Postgres takes', () => {
  const settings = z.object(countingRulesEnv).parse({
    SERVICE_LEVEL_SECONDS: '1.001',
    SHORT_ABANDON_SECONDS: '4.035',
    RING_MAX_SECONDS: '2.0004',
    WRAP_UP_SECONDS: '1.005',
    PRESENCE_STALE_HOURS: '1.1',
  });
  expect(countingRulesOfEnv({ ...settings, STALE_AFTER_MINUTES: 120 })).toMatchObject({
    serviceLevelMs: 1_001,
    shortAbandonMs: 4_035,
    ringMsMax: 2_000,
    wrapUpMs: 1_005,
    presenceStaleMs: 3_960_000,
  });
});
