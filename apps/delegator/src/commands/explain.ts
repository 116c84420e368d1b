import type { DelegationCondition, DelegationFacts } from '@callstream/domain';
import type { StoredStandby } from '@callstream/tables';
import type { InformedDecision } from '../standbys/decide-all.ts';

/** How a decision is shown with --json. Without numbers of the caller. */
export const decisionJson = ({ callId, receivedAt }: StoredStandby, { winner, verdicts, facts }: InformedDecision) => ({
  call_id: callId,
  received_at: new Date(receivedAt).toISOString(),
  rule: winner?.name ?? null,
  destination: winner?.destination ?? null,
  asked: verdicts,
  known: { ...facts, waiting: Object.fromEntries(facts.waiting) },
});

/** A decision in sentences: the winner, each rule before it with the condition that does not hold, and what was known. */
export function decisionLines({ winner, verdicts, facts }: InformedDecision): string[] {
  const result =
    winner === null
      ? 'No rule holds: the call is not answered.'
      : `"${winner.name}" sends it to ${winner.destination}.`;
  const failed = verdicts.flatMap(({ rule, failed: condition }) =>
    condition === null ? [] : [`  "${rule}" does not hold: ${settingOf[condition]} (${knownOf(condition, facts)})`],
  );
  const { calls, lastQueue, lastAgent, hasOpenCall } = facts;
  const known = `Known: ${calls} earlier calls, last queue ${lastQueue ?? 'none'}, last agent ${lastAgent ?? 'none'}, ${hasOpenCall ? 'another call is open' : 'no other call is open'}.`;
  return [result, ...failed, known];
}

/** The words of the file. */
const settingOf = {
  callsMin: 'calls_min',
  callsMax: 'calls_max',
  lastQueue: 'last_queue',
  lastAgent: 'last_agent',
  direction: 'direction',
  ourNumber: 'our_number',
  openCall: 'open_call',
  hours: 'hours',
  waiting: 'waiting',
} as const satisfies Record<keyof DelegationCondition, string>;

function knownOf(condition: keyof DelegationCondition, facts: DelegationFacts): string {
  switch (condition) {
    case 'callsMin':
    case 'callsMax':
      return `${facts.calls} calls`;
    case 'lastQueue':
      return facts.lastQueue ?? 'none';
    case 'lastAgent':
      return facts.lastAgent ?? 'none';
    case 'direction':
      return facts.direction ?? 'none';
    case 'ourNumber':
      return facts.ourNumber ?? 'none';
    case 'openCall':
      return String(facts.hasOpenCall);
    case 'hours': {
      const two = (value: number): string => String(value).padStart(2, '0');
      return `${two(Math.floor(facts.minuteOfDay / 60))}:${two(facts.minuteOfDay % 60)}`;
    }
    case 'waiting':
      return [...facts.waiting].map(([queue, callers]) => `${queue}: ${callers}`).join(', ') || 'no caller waits';
  }
}
