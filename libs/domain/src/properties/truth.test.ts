import fc from 'fast-check';
import { boardViewAt } from '../../testing/board-view.ts';
import type { BoardView } from '../../testing/board-view.ts';
import type { GroundTruth } from '../../testing/centre.ts';
import { days } from '../../testing/days.ts';
import { eventsOf } from '../../testing/index.ts';
import type { CallEvent } from '../index.ts';

/** Who truly waits and is not shown in Waiting, in that queue, and who truly talks and is shown on no such call. */
function missing({ waits, talks }: GroundTruth, shown: BoardView): string[] {
  const unseen = [...waits].filter(([callId, queue]) => shown.waits.get(callId) !== queue);
  const unheard = [...talks].filter(([actor, callId]) => !shown.talks.has(`${actor} on ${callId}`));
  return [
    ...unseen.map(([callId, queue]) => `${callId} waits in ${queue}`),
    ...unheard.map(([actor, callId]) => `${actor} talks on ${callId}`),
  ];
}

const openers = [
  ...['call.new', 'call.standby', 'call.waiting', 'call.ongoing', 'call.overflow', 'call.follow-me', 'peer.ringing'],
  ...['actor.ringing', 'actor.entered'],
];

/** A day, and one of its events that opens nothing. */
const dayWithEnder = days().chain((day) => {
  const enders = eventsOf(day.log).filter(({ kind }) => !openers.includes(kind));
  return fc.tuple(fc.constant(day), fc.constantFrom(...(enders.length > 0 ? enders : [undefined])));
});

/** What cannot be known without an event: it is named here, and in docs/concepts/join.md. */
function isExcused(text: string, left: CallEvent | undefined, events: readonly CallEvent[]): boolean {
  const [who = '', does, callId] = text.split(' ').filter((word) => word !== 'on' && word !== 'in');
  // Who is sent back to a queue of which an agent seems to be on the call still.
  if (does === 'waits' && who === left?.callId && (left.kind === 'actor.left' || left.kind === 'call.finished'))
    return events.some(
      ({ kind, callId: of, queue }) => kind === 'actor.entered' && of === who && queue === text.split(' ').at(-1),
    );
  // Who stays on a call that goes on to another queue, without having asked for an attended transfer.
  return does === 'talks' && left?.kind === 'called.attended-transfer-request' && left.callId === callId;
}

describe('no truth is lost', () => {
  it('when everything is told: who waits, who talks, and nobody else', () => {
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
  it('when any one event is left out that opens nothing', () => {
    fc.assert(
      fc.property(dayWithEnder, ([{ log, truths }, left]) => {
        const all = eventsOf(log);
        const events = all.filter(({ id }) => id !== left?.id);
        for (const truth of truths.filter(({ at }) => at >= (left?.at ?? 0)).slice(0, 8)) {
          const lost = missing(truth, boardViewAt(events, truth.at)).filter((text) => !isExcused(text, left, all));
          expect(lost).toEqual([]);
        }
      }),
      { numRuns: 250 },
    );
  });
});
