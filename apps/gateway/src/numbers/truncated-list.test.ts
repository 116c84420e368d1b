import { listBytesMax, truncatedJsonList } from './truncated-list.ts';

it('a list that fits is complete, and has no `more`', async () => {
  expect(JSON.parse(`{"list":${(await truncatedJsonList(['1', '2'])).json}}`)).toEqual({ list: [1, 2] });
  expect(JSON.parse(`{"list":${(await truncatedJsonList([])).json}}`)).toEqual({ list: [] });
});

it.each([
  ['one byte', 'x'],
  ['three bytes', '客'],
])(
  'a list with characters of %s that does not fit is cut and has `more`; items that are left out are not serialized',
  async (_, character) => {
    let serialized = 0;
    const items = function* (): Iterable<string> {
      for (; serialized < 10_000; serialized++) yield `"${character.repeat(1_000)}"`;
    };
    const { json: text, isTruncated } = await truncatedJsonList(items());
    expect(isTruncated).toBe(true);
    const parsed = JSON.parse(`{"list":${text}}`) as { list: string[]; more?: boolean };
    expect(parsed.more).toBe(true);
    const bytes = Buffer.byteLength(text);
    expect(bytes).toBeLessThan(listBytesMax + 20);
    expect(bytes).toBeGreaterThan(listBytesMax * 0.99);
    expect(serialized).toBeLessThanOrEqual(parsed.list.length + 1);
  },
);
