import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTurns, createWriteTurns, forEachInTurns, nextOwnTurn } from './turns.ts';

const workFor = (ms: number): void => {
  for (const began = performance.now(); performance.now() - began < ms;);
};

/** What begins in each turn of the event loop, until so much has begun. */
async function begunByTurn(begun: readonly string[], count: number): Promise<string[]> {
  const turns: string[] = [];
  for (let seen = 0; seen < count; seen = begun.length) {
    await nextTurn();
    if (begun.length > seen) turns.push(begun.slice(seen).join());
  }
  return turns;
}

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

it('of callers that wait for a turn of their own, one goes on in each turn of the event loop, round-robin over owners', async () => {
  const begun: string[] = [];
  const [many, few] = [{}, {}];
  for (const [owner, name] of [
    [many, 'a1'],
    [many, 'a2'],
    [many, 'a3'],
    [few, 'b1'],
  ] as const)
    void nextOwnTurn(owner).then(() => begun.push(name));
  expect(await begunByTurn(begun, 4)).toEqual(['a1', 'b1', 'a2', 'a3']);
});

it('loops that run at the same time do not add up in one turn of the event loop', async () => {
  const begun: string[] = [];
  const loops = ['a', 'b', 'c'].map((name) =>
    forEachInTurns([1, 2, 3], (i) => {
      if (i > 1) begun.push(name);
      workFor(3);
    }),
  );
  expect(await begunByTurn(begun, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  await Promise.all(loops);
});

it('after a megabyte is written, other work goes on before more is written', async () => {
  const order: string[] = [];
  const nextWriteTurn = createWriteTurns();
  const write = (name: string, bytes: number) => nextWriteTurn(bytes).then(() => order.push(name));
  const others = write('megabyte', 1024 * 1024).then(async () => {
    await nextTurn();
    order.push('other work');
  });
  await Promise.all([others, write('list', 500_000), write('next list', 500_000)]);
  expect(order).toEqual(['megabyte', 'other work', 'list', 'next list']);
});
