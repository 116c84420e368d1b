import { truncatedJsonList, listBytesMax } from './truncated-list.ts';

it('a list that fits is whole', () => {
  expect(JSON.parse(`{"list":${truncatedJsonList(['1', '2'])}}`)).toEqual({ list: [1, 2] });
  expect(JSON.parse(`{"list":${truncatedJsonList([])}}`)).toEqual({ list: [] });
});

it.each([
  ['of one byte', 'x'],
  ['of three bytes', '客'],
])(
  'a list of characters %s that does not fit says that there is more, and what was left out is not made',
  (_, character) => {
    let made = 0;
    const texts = function* (): Iterable<string> {
      for (; made < 10_000; made++) yield `"${character.repeat(1_000)}"`;
    };
    const text = truncatedJsonList(texts());
    const read = JSON.parse(`{"list":${text}}`) as { list: string[]; more?: boolean };
    expect(read.more).toBe(true);
    const bytes = Buffer.byteLength(text);
    expect(bytes).toBeLessThan(listBytesMax + 20);
    expect(bytes).toBeGreaterThan(listBytesMax * 0.99);
    expect(made).toBeLessThanOrEqual(read.list.length + 1);
  },
);
