import { fitting, listLengthMax } from './fitting.ts';

it('a list that fits is whole', () => {
  expect(JSON.parse(`{"list":${fitting(['1', '2'])}}`)).toEqual({ list: [1, 2] });
  expect(JSON.parse(`{"list":${fitting([])}}`)).toEqual({ list: [] });
});

it('a list that does not fit says that there is more, and nothing is made of what was left out', () => {
  let made = 0;
  const texts = function* (): Iterable<string> {
    for (; made < 10_000; made++) yield `"${'x'.repeat(1_000)}"`;
  };
  const text = fitting(texts());
  const read = JSON.parse(`{"list":${text}}`) as { list: string[]; more?: boolean };
  expect(read.more).toBe(true);
  expect(text.length).toBeLessThan(listLengthMax + 20);
  expect(read.list.length).toBeGreaterThan(2_000);
  expect(made).toBeLessThanOrEqual(read.list.length + 1);
});
