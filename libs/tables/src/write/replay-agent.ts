import type { PresenceChange } from './presence-changes.ts';
import type { Naming } from './queue-timeline.ts';
import { inParallel, pageMin, pageRequest } from './replay.ts';
import type { PresenceReplay } from './replay.ts';
import { replayQueue } from './replay-queue.ts';
import type { SessionChanges } from './session-diff.ts';

/** Derives the sessions of an agent again, in the queues of the changes; of a change in no queue, in all queues. */
export function* replayAgent(
  actor: string,
  changes: readonly PresenceChange[],
): PresenceReplay<readonly SessionChanges[]> {
  const timesIn = (queue: string): number[] => timesOf(changes.filter((change) => ['', queue].includes(change.queue)));
  const [first = 0] = timesOf(changes);
  const queues = new Set(changes.map(({ queue }) => queue));
  const requests = queues.has('')
    ? [pageRequest({ actor, queue: null, from: first })]
    : [...queues].map((queue) => pageRequest({ actor, queue, from: timesIn(queue)[0] ?? first }));
  const found = yield requests;
  const replays = requests.flatMap(({ from }, i) => (found[i] ?? []).map((page) => ({ from, page })));
  if (replays.some(({ page }) => page.isBeforeNaming)) return yield* replayNaming(actor, changes, first);
  const isNamed = replays.some(({ page }) => page.queue !== '');
  return yield* inParallel(
    replays
      .filter(({ page }) => page.queue !== '' || !isNamed)
      .map(({ from, page }) => replayQueue({ actor, queue: page.queue, from, changed: timesIn(page.queue) }, page)),
  );
}

/**
 * Until an agent's facts name a queue, its sessions have none; then they go on in that queue, and facts without a queue are
 * about the named ones. So these sessions come first, and then what each queue began with may have changed.
 */
function* replayNaming(
  actor: string,
  changes: readonly PresenceChange[],
  from: number,
): PresenceReplay<readonly SessionChanges[]> {
  const { naming, queues } = yield* findNaming(actor, from);
  if (!naming) {
    const [[page] = []] = yield [pageRequest({ actor, queue: '', from })];
    const changed = timesOf(changes.filter(({ queue }) => queue === ''));
    return page && changed.length > 0 ? [yield* replayQueue({ actor, queue: '', from, changed }, page)] : [];
  }
  const isNamingChanged = changes.some(({ queue, at }) => queue !== '' || at >= naming.at);
  // Those in named queues are where the naming was.
  const timesBefore = timesOf(changes.filter(({ at }) => at < naming.at));
  const changed = isNamingChanged ? [...timesBefore, naming.at] : timesBefore;
  const [pages = []] = yield [pageRequest({ actor, queue: '', from })];
  const [page] = pages;
  if (!page) return [];
  const unnamed = yield* replayQueue({ actor, queue: '', from, changed, naming }, page);
  if (unnamed.named === null) return [unnamed];
  const { named } = unnamed;
  const timesAfter = (queue: string): number[] =>
    timesOf(changes.filter((change) => ['', queue].includes(change.queue) && change.at > naming.at));
  const requests = queues.map((queue) => pageRequest({ actor, queue, from, factsFrom: naming.at + 1 }));
  const found = yield requests;
  const replays = found.flat().map((first) =>
    replayQueue(
      {
        actor,
        queue: first.queue,
        from,
        changed: [naming.at, ...timesAfter(first.queue)],
        begun: { at: naming.at, session: named.find(({ queue }) => queue === first.queue) },
      },
      first,
    ),
  );
  return [unnamed, ...(yield* inParallel(replays))];
}

/**
 * The first facts that name queues, none of which are before `from`, and all queues that are named. No naming, if `agents` has a
 * queue of which no fact can be read.
 */
function* findNaming(
  actor: string,
  from: number,
): PresenceReplay<{ readonly naming: Naming | undefined; readonly queues: readonly string[] }> {
  for (let limit = pageMin; ; limit *= 2) {
    const [found = []] = yield [pageRequest({ actor, queue: null, from, generalKinds: [], limit })];
    const pages = found.filter(({ queue }) => queue !== '');
    const firsts = pages.flatMap(({ facts }) => facts.slice(0, 1));
    if (firsts.length === 0) return { naming: undefined, queues: [] };
    const at = Math.min(...firsts.map((fact) => fact.at));
    const isComplete = pages.every(({ facts }) => facts.length < limit || facts.at(-1)?.at !== at);
    const facts = pages.flatMap((page) => page.facts.filter((fact) => fact.at === at));
    if (isComplete) return { naming: { at, facts }, queues: pages.map(({ queue }) => queue) };
  }
}

const timesOf = (changes: readonly PresenceChange[]): number[] =>
  [...new Set(changes.map(({ at }) => at))].toSorted((a, b) => a - b);
