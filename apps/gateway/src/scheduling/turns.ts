import { setTimeout as sleep } from 'node:timers/promises';

/** For so long a loop runs in one turn of the event loop, in ms: live dashboards must not wait longer. */
const turnMsMax = 2;

/** From this length on, in bytes, each client is written to in a turn of {@link createWriteTurns}: hundreds may get 2 MB each. */
export const writeTurnBytesMin = 64 * 1024;

/** After so many bytes in these turns, others have the event loop for this time, in ms. To write 1 MB takes 1 to 2 ms. */
const writePause = { afterBytes: 1024 * 1024, ms: 4 };

/** Who waits for a turn, by owner. Its order is that of the turns: an owner that got one, and wants more, is the last. */
const waiting = new Map<object, (() => void)[]>();

/**
 * Resolves in a turn of the event loop that no other caller gets: of all owners in this process one goes on in each turn, round-robin, so
 * what each does at once does not add up. The callers of one owner get its turns in the order of their calls.
 */
export function nextOwnTurn(owner: object): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.size === 0) setImmediate(giveTurn);
    const before = waiting.get(owner);
    if (before) before.push(resolve);
    else waiting.set(owner, [resolve]);
  });
}

function giveTurn(): void {
  for (const [owner, callers] of waiting) {
    waiting.delete(owner);
    const goOn = callers.shift();
    if (callers.length > 0) waiting.set(owner, callers);
    if (waiting.size > 0) setImmediate(giveTurn);
    return goOn?.();
  }
}

/**
 * Turns for writing this many bytes to one client after another. After each megabyte other work gets several turns, as an answer to a
 * request needs: it must not wait for a large write at each of its steps.
 */
export function createWriteTurns(): (bytes: number) => Promise<void> {
  const owner = {};
  let unpaused = 0;
  let free: Promise<unknown> = Promise.resolve();
  return (bytes) => {
    const turn = free.then(() => nextOwnTurn(owner));
    free = turn.then(() => {
      unpaused += bytes;
      if (unpaused < writePause.afterBytes) return;
      unpaused = 0;
      return sleep(writePause.ms);
    });
    return turn;
  };
}

/** For a loop over many items: after each, await what this returns, if anything. Other work goes on then. */
export function createTurns(): () => Promise<void> | undefined {
  const loop = {};
  let beganAt = performance.now();
  const next = async (): Promise<void> => {
    await nextOwnTurn(loop);
    beganAt = performance.now();
  };
  return () => (performance.now() - beganAt > turnMsMax ? next() : undefined);
}

/** Handles many items, and gives way to other work between. */
export async function forEachInTurns<Item>(items: Iterable<Item>, handle: (item: Item) => void): Promise<void> {
  const giveWay = createTurns();
  for (const item of items) {
    handle(item);
    const pause = giveWay();
    // To await nothing, 100,000 times, takes 20 ms.
    if (pause) await pause;
  }
}
