import { createTurns } from './turns.ts';

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
