import type { AgentNow, PastBoard, Queues } from '@callstream/contracts';

export type ListedPastCall = PastBoard['calls'][number];
type QueueRow = Queues['queues'][number];

/** Numbers of a queue that late events change. */
const queueNumbers = ['waiting', 'talking', 'visits', 'answered', 'abandoned', 'flowed_out'] as const;
type QueueNumber = (typeof queueNumbers)[number];

/** A call as far as the board shows it. */
interface ShownCall {
  readonly state: ListedPastCall['state'];
  readonly queue: string | null;
  /** Who is on it. */
  readonly actors: readonly string[];
}

/** What was known then, and what is known now; null: not on the board. */
interface ThenAndNow<Shown> {
  readonly then: Shown | null;
  readonly now: Shown | null;
}

/** What differs between two boards of one moment. */
export interface BoardDifference {
  readonly calls: readonly (ThenAndNow<ShownCall> & { readonly callId: string })[];
  readonly queues: readonly (ThenAndNow<number> & { readonly queue: string; readonly number: QueueNumber })[];
  readonly agents: readonly (ThenAndNow<AgentNow['presence']> & { readonly actor: string })[];
  /** Whether a board is incomplete, so that some of its calls or agents may seem to differ. */
  readonly isCut: boolean;
}

/** What events that were received later changed of a moment. `queue`: only of this one; null: of all. */
export function differenceOf(then: PastBoard, now: PastBoard, queue: string | null): BoardDifference {
  const isShown = (of: string | undefined): boolean => queue === null || of === queue;
  const ofQueues = ({ queues }: PastBoard) => queues.queues.filter((each) => isShown(each.queue));
  const ofAgents = ({ agents }: PastBoard) =>
    agents.agents.filter(({ queues }) => queue === null || queues.some((each) => each.queue === queue));
  const callsOf = ({ calls }: PastBoard) => new Map(calls.map((call) => [call.call_id, call]));
  const [callsThen, callsNow] = [callsOf(then), callsOf(now)];
  // A late event may have moved the call from or to the queue.
  const isOfQueue = (id: string): boolean => [callsThen, callsNow].some((calls) => isShown(calls.get(id)?.queue));
  const shownCalls = (calls: ReadonlyMap<string, ListedPastCall>) =>
    new Map([...calls].filter(([id]) => isOfQueue(id)).map(([id, call]) => [id, shownCallOf(call)]));
  const numbers = queueNumbers.flatMap((number) => {
    const numberOf = (board: PastBoard) => new Map(ofQueues(board).map((row) => [row.queue, numberIn(row, number)]));
    return changed(numberOf(then), numberOf(now)).map(({ id, ...rest }) => ({ queue: id, number, ...rest }));
  });
  const presenceOf = (board: PastBoard) => new Map(ofAgents(board).map(({ actor, presence }) => [actor, presence]));
  return {
    calls: changed(shownCalls(callsThen), shownCalls(callsNow)).map(({ id, ...rest }) => ({ callId: id, ...rest })),
    // A queue without calls is not on a board.
    queues: numbers.filter((row) => (row.then ?? 0) !== (row.now ?? 0)),
    agents: changed(presenceOf(then), presenceOf(now)).map(({ id, ...rest }) => ({ actor: id, ...rest })),
    isCut: [then, now].some(
      ({ more, agents, queues }) => more === true || agents.more === true || queues.more === true,
    ),
  };
}

const shownCallOf = ({ state, queue, segments = [] }: ListedPastCall): ShownCall => ({
  state,
  queue: queue ?? null,
  actors: segments
    .filter(({ entered_at, ended_at }) => entered_at !== undefined && ended_at === undefined)
    .map(({ actor }) => actor),
});

const numberIn = ({ waiting, talking, today }: QueueRow, number: QueueNumber): number =>
  ({ ...today, waiting, talking })[number];

/** The values that differ, by id, in the order of `then`, and after them those that are only in `now`. */
function changed<Shown>(
  then: ReadonlyMap<string, Shown>,
  now: ReadonlyMap<string, Shown>,
): readonly (ThenAndNow<Shown> & { readonly id: string })[] {
  return [...new Set([...then.keys(), ...now.keys()])]
    .map((id) => ({ id, then: then.get(id) ?? null, now: now.get(id) ?? null }))
    .filter((each) => JSON.stringify(each.then) !== JSON.stringify(each.now));
}
