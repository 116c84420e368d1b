import type { Fact } from './fact.ts';
import { lastSegmentOf } from './life-state.ts';
import type { LifeState } from './life-state.ts';

/**
 * Facts of the same time, in the order in which they are played: what ends something that was open before the moment
 * comes before what begins in the moment in its place. Else an opening would come first, and be ended at once.
 */
export function breakTies(playing: LifeState, moment: readonly Fact[]): readonly Fact[] {
  const early = moment.filter((fact) => endsEarlierState(playing, fact, moment));
  return early.length === 0 ? moment : [...early, ...moment.filter((fact) => !early.includes(fact))];
}

function endsEarlierState(playing: LifeState, fact: Fact, moment: readonly Fact[]): boolean {
  switch (fact.kind) {
    // The caller waits again in this moment, and the abandon or the answer is of the wait before.
    case 'call.queue-abandon':
      return isOfWait(playing, fact, fact.queue === null) && moment.some(isWait);
    case 'actor.entered':
      return isOfWait(playing, fact, false) && moment.some(isWait);
    // The agent comes back, by the order of the log; or the caller waits again, and the agent does not come back.
    case 'actor.left':
    case 'actor.noanswer':
      return hasOpenSegment(playing, fact) && isLeftBehind(fact, moment);
    default:
      return false;
  }
}

const isOfWait = ({ waiting }: LifeState, { queue }: Fact, ofAnyQueue: boolean): boolean =>
  waiting !== null && (ofAnyQueue || queue === waiting.queue);
const isWait = ({ kind }: Fact): boolean => kind === 'call.waiting' || kind === 'call.overflow';

const hasOpenSegment = (playing: LifeState, { actor }: Fact): boolean =>
  actor !== null && lastSegmentOf(playing, actor)?.endedAt === null;

function isLeftBehind({ actor, id }: Fact, moment: readonly Fact[]): boolean {
  const returns = moment.filter(
    ({ kind, actor: who }) => who === actor && (kind === 'actor.entered' || kind === 'actor.ringing'),
  );
  return returns.length === 0 ? moment.some(isWait) : returns.some((fact) => fact.id > id);
}
