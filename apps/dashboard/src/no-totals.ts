import type { Queues } from '@callstream/contracts';
import { noOutcomeCounts } from '@callstream/domain';

/** Totals of a period without visits. */
export const noTotals: Queues['total']['today'] = {
  visits: 0,
  answered: 0,
  answered_in_time: 0,
  abandoned: 0,
  abandoned_short: 0,
  timed_out: 0,
  by_key: 0,
  full: 0,
  empty: 0,
  withdrawn: 0,
  flowed_out: 0,
  open: 0,
  service_level: null,
  abandon_rate: null,
  asa_ms: null,
  wait_ms_max: 0,
};

/** Outcomes of a period without calls. */
export const noCalls: Queues['total']['calls_today'] = {
  inbound: { calls: 0, ...noOutcomeCounts.inbound },
  outbound: { calls: 0, ...noOutcomeCounts.outbound },
  internal: { calls: 0, ...noOutcomeCounts.internal },
};
