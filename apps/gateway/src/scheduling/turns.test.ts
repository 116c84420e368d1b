import { setImmediate as nextTurn } from 'node:timers/promises';
import { createOwnTurns, createTurns } from './turns.ts';

const workFor = (ms: number): void => {
  for (const began = performance.now(); performance.now() - began < ms;);
};

it('other work goes on after an item that took long, and not after each short one', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('other'));
  const giveWay = createTurns();
  for (const [name, ms] of [
    ['short', 0],
    ['long', 6],
    ['last', 0],
  ] as const) {
    workFor(ms);
    order.push(name);
    await giveWay();
  }
  expect(order).toEqual(['short', 'long', 'other', 'last']);
});

it('of callers that wait for a turn of their own, one goes on in each turn of the event loop', async () => {
  const ownTurn = createOwnTurns();
  const begun: string[] = [];
  const all = Promise.all(['a', 'b', 'c'].map((name) => ownTurn().then(() => begun.push(name))));
  const counts: number[] = [];
  while (begun.length < 3) {
    await nextTurn();
    counts.push(begun.length);
  }
  await all;
  expect(begun).toEqual(['a', 'b', 'c']);
  counts.forEach((count, i) => expect(count - (counts[i - 1] ?? 0)).toBeLessThanOrEqual(1));
});
