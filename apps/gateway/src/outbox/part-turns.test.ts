import { createPartTurns } from './part-turns.ts';

/** Owners that make parts, each of which takes `partMs`, until they have made `parts` or their turn is over. */
function makersUnderTest(partMs: number) {
  let nowMs = 0;
  const turns = createPartTurns(() => nowMs);
  const made: string[] = [];
  const maker = (name: string, parts: number) => {
    const owner = {};
    let left = parts;
    const make = (): void => {
      while (left > 0 && turns.mayMake(owner, make)) {
        left--;
        nowMs += partMs;
        made.push(name);
      }
    };
    return make;
  };
  return { made, maker };
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('parts of all clients take a few ms of a turn of the event loop, and the rest comes in the next ones', async () => {
  const { made, maker } = makersUnderTest(2);
  const [a, b] = [maker('a', 4), maker('b', 3)];
  a();
  b();
  expect(made).toEqual(['a', 'a']);
  await nextTurn();
  expect(made).toEqual(['a', 'a', 'a', 'a']);
  await nextTurn();
  expect(made.slice(4)).toEqual(['b', 'b']);
  await nextTurn();
  expect(made.slice(6)).toEqual(['b']);
});

it('clients take turns: one that is refused again is the last', async () => {
  const { made, maker } = makersUnderTest(4);
  for (const name of ['a', 'b', 'c']) maker(name, 2)();
  for (let i = 0; i < 6; i++) await nextTurn();
  expect(made).toEqual(['a', 'a', 'b', 'c', 'b', 'c']);
});

it('short parts are all made at once', () => {
  const { made, maker } = makersUnderTest(0);
  maker('a', 1_000)();
  expect(made).toHaveLength(1_000);
});
