import type { Call } from './call.ts';
import type { Fact } from './fact.ts';
import { livesOf } from './lives.ts';
import { opensCall } from './order.ts';
import { choosingParties } from './parties.ts';
import { beginLife, openSegmentOf } from './playing.ts';
import type { Playing } from './playing.ts';
import { steps } from './steps.ts';
import { summaryOf } from './summary.ts';
import { firstFactsMax, lastFactsMax, playedFactsMax } from './union.ts';
import type { Facts } from './union.ts';

/**
 * A call as its facts tell it, played in the order of their own times. Pure: the same facts give the same call, whenever
 * and wherever they are played; those up to a moment give the call as of that moment.
 * @param facts of one call, as {@link factSet} and `union` make them; at least one
 */
export function play(callId: string, facts: Facts): Call {
  const played = facts.length <= playedFactsMax ? facts : shortened(facts);
  const { ends, comebacks } = livesOf(played, isEndAmong(played));
  const parties = choosingParties();
  const playing: Playing = { visits: [], segments: [], life: beginLife(played[0]?.at ?? 0, 0) };
  for (const moment of momentsOf(played)) {
    if (playing.life.isOver && moment.some((fact) => comebacks.has(fact))) {
      playing.life = beginLife(moment[0]?.at ?? 0, playing.segments.length);
      parties.nextLife();
    }
    for (const fact of inOrder(playing, moment)) {
      parties.add(fact);
      const { life } = playing;
      if (life.isOver) continue;
      if (opensCall(fact.kind)) life.isOpened = true;
      steps[fact.kind]?.(playing, fact);
      if (ends.has(fact)) life.isOver = true;
    }
  }
  const { life, visits, segments } = playing;
  return {
    ...{ callId, ...summaryOf(played), isLong: played !== facts, visits, segments },
    ...{ state: life.state, stateAt: life.stateAt, isOpened: life.isOpened, beganAt: life.beganAt },
    ...{ finishedAt: life.isOver ? life.finishedAt : null, direction: parties.direction(), ...parties.parties() },
    ...{ waitingAt: life.waitingAt, waitingSince: life.waitingAt === null ? null : (visits.at(-1)?.waitingAt ?? null) },
    ...{ answeredAt: life.answeredAt, answeredLastAt: life.answeredLastAt, abandonedAt: life.abandonedAt },
  };
}

const shortened = (facts: Facts): Facts => [
  ...facts.slice(0, firstFactsMax),
  ...facts.slice(facts.length - lastFactsMax),
];

const attemptEnds = new Set(['dialer.failure', 'dialer.expired', 'dialer.exceeded']);

/** What ends a call: its end, and a dialer's failure unless somebody entered. */
function isEndAmong(facts: Facts): (fact: Fact) => boolean {
  const isEntered = facts.some(({ kind }) => kind === 'actor.entered');
  return ({ kind }) => kind === 'call.finished' || (!isEntered && attemptEnds.has(kind));
}

/** Facts of the same time, in their order. */
function* momentsOf(facts: Facts): Generator<readonly Fact[]> {
  for (let from = 0; from < facts.length;) {
    let to = from + 1;
    while (facts[to]?.at === facts[from]?.at && to < facts.length) to++;
    yield facts.slice(from, to);
    from = to;
  }
}

/** What ends something that was open before this moment comes before what the moment itself begins. */
function inOrder(playing: Playing, moment: readonly Fact[]): readonly Fact[] {
  if (moment.length === 1) return moment;
  const early = moment.filter((fact) => endsWhatWasOpen(playing, fact));
  return early.length === 0 ? moment : [...early, ...moment.filter((fact) => !early.includes(fact))];
}

function endsWhatWasOpen(playing: Playing, { kind, queue, actor }: Fact): boolean {
  const { waiting } = playing.life;
  switch (kind) {
    case 'call.queue-abandon':
      return waiting !== null && (queue === null || queue === waiting.queue);
    case 'actor.entered':
      return waiting !== null && queue === waiting.queue;
    case 'actor.left':
    case 'actor.noanswer':
      return actor !== null && openSegmentOf(playing, actor) !== undefined;
    default:
      return false;
  }
}
