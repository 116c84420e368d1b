import { isDelegationKind } from '@callstream/domain';
import { readLog } from '../log/read-log.ts';
import { deadlineMs as usualDeadlineMs } from './delegated-system.ts';
import type { DelegatedSystem } from './delegated-system.ts';

/** How much later than it was sent the provider may see a request on a busy machine, in ms. */
const transitMsMax = 500;

/**
 * The central invariants of the delegator, for these calls: none was sent twice, none after its deadline, and each has one outcome,
 * in the tables and as one event of the log, which agrees with what the provider saw.
 * @returns the number of calls by outcome
 */
export async function expectAccounted(
  system: DelegatedSystem,
  callIds: readonly string[],
  deadlineMs = usualDeadlineMs,
): Promise<Readonly<Record<string, number>>> {
  const outcomes = await system.untilSaid(callIds);
  const events = Map.groupBy(
    (await readLog(system.kafka, system.topic)).filter(
      ({ kind, source }) => isDelegationKind(kind) && source === 'delegator',
    ),
    ({ callId }) => callId ?? '',
  );
  const actions = Map.groupBy(system.provider.actions, ({ call_id }) => call_id);
  const counts: Record<string, number> = {};
  const problems: string[] = [];
  for (const callId of callIds) {
    const outcome = outcomes.get(callId)?.outcome ?? 'none';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    const said = new Map((events.get(callId) ?? []).map(({ uuid, type }) => [uuid, type]));
    const seen = actions.get(callId) ?? [];
    if ([...said.values()].join() !== `delegation.${outcome}`)
      problems.push(`${callId} is ${outcome}, and the log says ${[...said.values()].join()}`);
    if (seen.length > 1) problems.push(`${callId} was sent ${seen.length} times`);
    const lateMs =
      Math.max(...seen.map(({ at }) => Date.parse(at))) - (system.receivedAt.get(callId) ?? 0) - deadlineMs;
    if (lateMs > transitMsMax) problems.push(`${callId} was sent ${lateMs} ms after its deadline`);
    const isTaken = seen.some(({ taken }) => taken);
    if (outcome === 'sent' && !isTaken) problems.push(`${callId} is sent, and the provider did not get it`);
    if ((outcome === 'late' || outcome === 'failed') && isTaken)
      problems.push(`${callId} is ${outcome}, and the provider sent it there`);
  }
  expect(problems).toEqual([]);
  return counts;
}
