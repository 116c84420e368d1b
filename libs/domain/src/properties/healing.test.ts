import fc from 'fast-check';
import { defaultRules } from '../../testing/agents.ts';
import { boardViewAt } from '../../testing/board-view.ts';
import type { BoardView } from '../../testing/board-view.ts';
import { days } from '../../testing/days.ts';
import type { Day } from '../../testing/days.ts';
import { eventsOf } from '../../testing/index.ts';
import type { CallEvent } from '../index.ts';

/** A day, and one of its events to leave out. */
const dayAndEvent = fc.tuple(
  days().filter(({ log }) => log.length > 0),
  fc.nat(999),
);

function leftOut([{ log, truths }, luck]: [Day, number]) {
  const all = eventsOf(log);
  const index = luck % all.length;
  return { all, left: all[index]!, events: all.toSpliced(index, 1), moments: truths.map(({ at }) => at) };
}

/** The call of an event and its agents; of an agent's own word, the agent. */
function touchedBy(
  events: readonly CallEvent[],
  { callId, actor }: CallEvent,
): { callId: string; actors: Set<string> } {
  const ofCall = events.filter((event) => callId !== null && event.callId === callId);
  const actors = new Set([actor, ...ofCall.map((event) => event.actor)].filter((name) => name !== null));
  return { callId: callId ?? '', actors };
}

/** What is shown of the others. */
function others({ waits, talks, rings, agents, calls }: BoardView, touched: { callId: string; actors: Set<string> }) {
  const isOther = (who: string): boolean =>
    !who.endsWith(` on ${touched.callId}`) && !touched.actors.has(who.split(' ')[0] ?? '');
  return {
    waits: [...waits].filter(([callId]) => callId !== touched.callId),
    calls: [...calls].filter(([callId]) => callId !== touched.callId),
    agents: [...agents].filter(([actor]) => !touched.actors.has(actor)),
    busy: [...talks, ...rings].filter(isOther),
  };
}

/** What is shown of the call and its agents, without what they did and since when. */
const nowOf = ({ waits, calls, agents }: BoardView, { callId, actors }: { callId: string; actors: Set<string> }) => ({
  state: calls.get(callId)?.state,
  waits: waits.get(callId),
  agents: [...actors].map((actor) => agents.get(actor)?.queues.map(({ queue, presence }) => `${queue} ${presence}`)),
});

const isOfAgent = ({ kind }: CallEvent): boolean => /^actor\.(logged|paused|unpaused)/.test(kind);

describe('what is wrong because an event was left out', () => {
  it('is only its call and the agents of that', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events, moments } = leftOut(drawn);
        const touched = touchedBy(all, left);
        for (const at of moments.filter((moment) => moment >= left.at).slice(0, 5))
          expect(JSON.stringify(others(boardViewAt(events, at), touched))).toBe(
            JSON.stringify(others(boardViewAt(all, at), touched)),
          );
      }),
      { numRuns: 60 },
    );
  });
  it('heals at the end of the call', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events, moments } = leftOut(drawn);
        const touched = touchedBy(all, left);
        const last = all.findLast(({ callId }) => callId === left.callId);
        if (left.callId === null || last?.kind !== 'call.finished' || last === left) return;
        for (const at of moments.filter((moment) => moment >= last.at).slice(0, 5))
          expect(nowOf(boardViewAt(events, at), touched)).toEqual(nowOf(boardViewAt(all, at), touched));
      }),
      { numRuns: 120 },
    );
  });
  it('heals when the call is stale, but that nothing is known of those who seem to be on it', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events } = leftOut(drawn);
        if (left.callId === null) return;
        const now = Math.max(...all.map(({ at }) => at)) + defaultRules.staleAfterMs + 1;
        const [shown, told] = [boardViewAt(events, now), boardViewAt(all, now)];
        expect([...shown.calls, ...shown.waits, ...shown.talks, ...shown.rings]).toEqual([]);
        for (const [actor, { presence }] of told.agents) {
          const both = new Set([presence, shown.agents.get(actor)?.presence]);
          expect(both.size === 1 || both.has('not_known')).toBe(true);
        }
      }),
      { numRuns: 120 },
    );
  });
  it('heals at the agent’s next word of that queue', () => {
    fc.assert(
      fc.property(dayAndEvent, (drawn) => {
        const { all, left, events, moments } = leftOut(drawn);
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
