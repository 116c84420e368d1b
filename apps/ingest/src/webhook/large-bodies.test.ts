import { createTurnsOfLargeBodies } from './large-bodies.ts';

const large = Buffer.alloc(1_000_000);

it('a small body does not wait', () => {
  expect(createTurnsOfLargeBodies()(Buffer.alloc(1_000))).toBeUndefined();
});

it('of large bodies that arrive together, other work goes on after each', async () => {
  const awaitTurn = createTurnsOfLargeBodies();
  const order: string[] = [];
  const other = (left: number): void => {
    order.push('other');
    if (left > 1) setImmediate(() => other(left - 1));
  };
  setImmediate(() => other(4));
  await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      await awaitTurn(large);
      order.push(name);
    }),
  );
  expect(order.join(' ')).toMatch(/^(other )?a other b other c/);
});
