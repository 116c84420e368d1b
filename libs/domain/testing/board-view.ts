import { isCurrent, isStale, isWaiting } from '../src/index.ts';
import type { AgentPresence, Call, CallEvent, PresenceRules } from '../src/index.ts';
import { agentsNow, defaultRules } from './agents.ts';
import { callsOfEvents } from './index.ts';

/** What is shown of calls and agents at some time. */
export interface BoardView {
  /** Current calls that are not stale, by call_id. */
  readonly calls: ReadonlyMap<string, Call>;
  readonly agents: ReadonlyMap<string, AgentPresence>;
  /** call_id → the queue in which its caller waits. */
  readonly waits: ReadonlyMap<string, string>;
  /** `agent on call_id`, of agents who are on a call. */
  readonly talks: ReadonlySet<string>;
  /** The same, of agents whose phones ring. */
  readonly rings: ReadonlySet<string>;
}

/** What is shown at `now` if all `events` have been received. */
export function boardViewOf(events: readonly CallEvent[], now: number, rules: PresenceRules): BoardView {
  const all = [...callsOfEvents(events).values()];
  const calls = all.filter((call) => isCurrent(call) && !isStale(call, now, rules.staleAfterMs));
  const agents = agentsNow(events, all, { now, rules });
  const open = calls.flatMap(({ callId, segments }) =>
    segments
      .filter(({ actor, endedAt }) => endedAt === null && agents.get(actor)?.calls.includes(callId))
      .map(({ actor, enteredAt }) => ({ agentOnCall: `${actor} on ${callId}`, isTalking: enteredAt !== null })),
  );
  return {
    calls: new Map(calls.map((call) => [call.callId, call])),
    agents,
    waits: new Map(
      calls
        .filter((call) => isWaiting(call, now, rules.staleAfterMs))
        .map(({ callId, queue }) => [callId, queue ?? '']),
    ),
    talks: new Set(open.filter(({ isTalking }) => isTalking).map(({ agentOnCall }) => agentOnCall)),
    rings: new Set(open.filter(({ isTalking }) => !isTalking).map(({ agentOnCall }) => agentOnCall)),
  };
}

/** What is shown at `now`, of the events that were received until then. */
export const boardViewAt = (events: readonly CallEvent[], now: number): BoardView =>
  boardViewOf(
    events.filter(({ receivedAt }) => receivedAt <= now),
    now,
    defaultRules,
  );
