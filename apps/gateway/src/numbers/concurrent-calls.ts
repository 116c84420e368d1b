import type { ConcurrentCalls } from '@callstream/contracts';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { CountingRules } from './queue-snapshot.ts';

/** Time between two samples, in ms: 288 of them in a day. */
const sampleEveryMs = 300_000;

/** How many calls went on at once, from the beginning of today until `now`, of the visible queues. */
export async function readConcurrentCalls(
  tables: VisibleTables,
  { queue }: { readonly queue?: readonly string[] | undefined },
  { rules, now }: { readonly rules: CountingRules; readonly now: number },
): Promise<ConcurrentCalls> {
  const { timeZone, staleAfterMs } = rules;
  const { from } = await tables.readPeriod({ now, timeZone });
  const to = new Date(now).toISOString();
  const samples = await tables.sampleCalls({
    from,
    to,
    everyMs: sampleEveryMs,
    queues: queue ?? null,
    staleAfterMs,
  });
  return { from, to, interval_seconds: sampleEveryMs / 1_000, samples };
}
