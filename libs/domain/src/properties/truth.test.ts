import fc from 'fast-check';
import { defaultRules } from '../../testing/agents.ts';
import { boardViewAt, boardViewOf } from '../../testing/board-view.ts';
import type { BoardView } from '../../testing/board-view.ts';
import type { GroundTruth } from '../../testing/centre.ts';
import { days } from '../../testing/days.ts';
import { eventsOf } from '../../testing/index.ts';
import type { CallEvent } from '../index.ts';

/** Callers who wait but are not shown as waiting in that queue, and agents on a call who are not shown on it. */
function missing({ waits, talks }: GroundTruth, shown: BoardView): string[] {
  const hiddenWaits = [...waits].filter(([callId, queue]) => shown.waits.get(callId) !== queue);
  const hiddenTalks = [...talks].filter(([actor, callId]) => !shown.talks.has(`${actor} on ${callId}`));
  return [
    ...hiddenWaits.map(([callId, queue]) => `${callId} waits in ${queue}`),
    ...hiddenTalks.map(([actor, callId]) => `${actor} talks on ${callId}`),
  ];
}

const openingKinds = [
  'call.new',
  'call.standby',
  'call.waiting',
  'call.ongoing',
  'call.overflow',
  'call.follow-me',
  'peer.ringing',
  'actor.ringing',
  'actor.entered',
];

/** A day, and one of its events that opens nothing. */
const dayWithEnding = days().chain((day) => {
  const endings = eventsOf(day.log).filter(({ kind }) => !openingKinds.includes(kind));
  return fc.tuple(fc.constant(day), fc.constantFrom(...(endings.length > 0 ? endings : [undefined])));
});

/** The two things that cannot be known if an event is missing: see docs/concepts/join.md. */
function isKnownLimit(text: string, left: CallEvent | undefined, events: readonly CallEvent[]): boolean {
  const [subject = '', verb, object] = text.split(' ').filter((word) => word !== 'on' && word !== 'in');
  // A caller is sent back to the same queue, while an agent of that queue seems to be on the call still.
  if (verb === 'waits' && subject === left?.callId && (left.kind === 'actor.left' || left.kind === 'call.finished'))
    return events.some(({ kind, callId, queue }) => kind === 'actor.entered' && callId === subject && queue === object);
  // An agent stays on a call that goes on to another queue, and the request of the attended transfer is missing.
  return verb === 'talks' && left?.kind === 'called.attended-transfer-request' && left.callId === object;
}

describe('the board shows the truth', () => {
  it('with all events: exactly the callers who wait and the agents who talk', () => {
    fc.assert(
      fc.property(days(), ({ log, truths }) => {
        const events = eventsOf(log);
        for (const truth of truths.slice(-8)) {
          const shown = boardViewAt(events, truth.at);
          expect(missing(truth, shown)).toEqual([]);
          expect([...shown.waits.keys()]).toEqual([...shown.waits.keys()].filter((callId) => truth.waits.has(callId)));
          expect(shown.talks.size).toBe(truth.talks.size);
        }
      }),
      { numRuns: 80 },
    );
  });
  it('with all events and a wrap-up after calls: exactly the agents in wrap-up, until when, and those available', () => {
    const wrapUpMs = 4_000;
    fc.assert(
      fc.property(days(), ({ log, truths }) => {
        const events = eventsOf(log);
        for (const { at, idle } of truths.slice(-8)) {
          const known = events.filter(({ receivedAt }) => receivedAt <= at);
          const { agents } = boardViewOf(known, at, { ...defaultRules, wrapUpMs });
          const expected = [...idle].map(([name, leftAt]) =>
            leftAt !== null && at < leftAt + wrapUpMs ? `${name} wrap_up ${leftAt + wrapUpMs}` : `${name} available`,
          );
          const shown = [...agents].map(([name, { presence, until = '' }]) => `${name} ${presence} ${until}`.trim());
          expect(shown.filter((text) => /wrap_up|available/.test(text)).toSorted()).toEqual(expected.toSorted());
        }
      }),
      { numRuns: 200 },
    );
  });
  it('without any one event that opens nothing', () => {
    fc.assert(
      fc.property(dayWithEnding, ([{ log, truths }, left]) => {
        const all = eventsOf(log);
        const events = all.filter(({ id }) => id !== left?.id);
        for (const truth of truths.filter(({ at }) => at >= (left?.at ?? 0)).slice(0, 8)) {
          const hidden = missing(truth, boardViewAt(events, truth.at)).filter((text) => !isKnownLimit(text, left, all));
          expect(hidden).toEqual([]);
        }
      }),
      { numRuns: 250 },
    );
  });
});
