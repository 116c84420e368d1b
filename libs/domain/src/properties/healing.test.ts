import fc from 'fast-check';
import { defaultRules } from '../../testing/agents.ts';
import { boardViewAt } from '../../testing/board-view.ts';
import type { BoardView } from '../../testing/board-view.ts';
import { days } from '../../testing/days.ts';
import type { Day } from '../../testing/days.ts';
import { eventsOf } from '../../testing/index.ts';
import type { CallEvent } from '../index.ts';

/** A day, and a number that chooses one of its events to leave out. */
const dayAndEvent = fc.tuple(
  days().filter(({ log }) => log.length > 0),
  fc.nat(999),
);

function leaveOut([{ log, truths }, choice]: [Day, number]) {
  const all = eventsOf(log);
  const index = choice % all.length;
  return { all, left: all[index]!, events: all.toSpliced(index, 1), moments: truths.map(({ at }) => at) };
}

/** The call of an event and all its agents; of an agent's event off calls, the agent. */
function affectedBy(
  events: readonly CallEvent[],
  { callId, actor }: CallEvent,
): { callId: string; actors: Set<string> } {
  const ofCall = events.filter((event) => callId !== null && event.callId === callId);
  const actors = new Set([actor, ...ofCall.map((event) => event.actor)].filter((name) => name !== null));
  return { callId: callId ?? '', actors };
}

/** What is shown of all other calls and agents. */
function others({ waits, talks, rings, agents, calls }: BoardView, affected: { callId: string; actors: Set<string> }) {
  const isOther = (agentOnCall: string): boolean =>
    !agentOnCall.endsWith(` on ${affected.callId}`) && !affected.actors.has(agentOnCall.split(' ')[0] ?? '');
  return {
    waits: [...waits].filter(([callId]) => callId !== affected.callId),
    calls: [...calls].filter(([callId]) => callId !== affected.callId),
    agents: [...agents].filter(([actor]) => !affected.actors.has(actor)),
    busy: [...talks, ...rings].filter(isOther),
  };
}

/** What is shown of the call and its agents now, without times and history. */
const nowOf = ({ waits, calls, agents }: BoardView, { callId, actors }: { callId: string; actors: Set<string> }) => ({
  state: calls.get(callId)?.state,
  waits: waits.get(callId),
  agents: [...actors].map((actor) => agents.get(actor)?.queues.map(({ queue, presence }) => `${queue} ${presence}`)),
});

const isOfAgent = ({ kind }: CallEvent): boolean => /^actor\.(logged|paused|unpaused)/.test(kind);

describe('the error because an event is missing', () => {
  it('is limited to its call and the agents of that call', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events, moments } = leaveOut(drawn);
        const affected = affectedBy(all, left);
        for (const at of moments.filter((moment) => moment >= left.at).slice(0, 5))
          expect(JSON.stringify(others(boardViewAt(events, at), affected))).toBe(
            JSON.stringify(others(boardViewAt(all, at), affected)),
          );
      }),
      { numRuns: 60 },
    );
  });
  it('heals at the end of the call', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events, moments } = leaveOut(drawn);
        const affected = affectedBy(all, left);
        const last = all.findLast(({ callId }) => callId === left.callId);
        if (left.callId === null || last?.kind !== 'call.finished' || last === left) return;
        for (const at of moments.filter((moment) => moment >= last.at).slice(0, 5))
          expect(nowOf(boardViewAt(events, at), affected)).toEqual(nowOf(boardViewAt(all, at), affected));
      }),
      { numRuns: 120 },
    );
  });
  it('heals when the call is stale, but the presence of agents who seem to be on it is not known', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events } = leaveOut(drawn);
        if (left.callId === null) return;
        const now = Math.max(...all.map(({ at }) => at)) + defaultRules.staleAfterMs + 1;
        const [shown, expected] = [boardViewAt(events, now), boardViewAt(all, now)];
        expect([...shown.calls, ...shown.waits, ...shown.talks, ...shown.rings]).toEqual([]);
        for (const [actor, { presence }] of expected.agents) {
          const both = new Set([presence, shown.agents.get(actor)?.presence]);
          expect(both.size === 1 || both.has('not_known')).toBe(true);
        }
      }),
      { numRuns: 120 },
    );
  });
  it('heals at the agent’s next event of that queue', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events, moments } = leaveOut(drawn);
        if (!isOfAgent(left)) return;
        const isNext = (e: CallEvent): boolean =>
          e.id > left.id && isOfAgent(e) && e.actor === left.actor && e.queue === left.queue;
        const next = all.find(isNext);
        if (!next) return;
        const inQueue = ({ agents }: BoardView) =>
          agents.get(left.actor ?? '')?.queues.filter(({ queue }) => left.queue === null || queue === left.queue);
        for (const at of moments.filter((moment) => moment >= next.at).slice(0, 5))
          expect(inQueue(boardViewAt(events, at))).toEqual(inQueue(boardViewAt(all, at)));
      }),
      { numRuns: 120 },
    );
  });
});
