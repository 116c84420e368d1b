import { exportDelimiters } from '@callstream/contracts';
import fc from 'fast-check';
import Papa from 'papaparse';
import { csvHeader, csvOf } from './csv.ts';

const columns = [{ key: 'text' }, { key: 'number', header: 'count' }];
const characters = { comma: ',', semicolon: ';', tab: '\t' };
const parse = (csv: string) => Papa.parse<string[]>(csv, { newline: '\r\n' }).data;

describe('CSV', () => {
  it('has the same values for another parser, but for the apostrophe before what looks like a formula', () => {
    const row = fc.record({ text: fc.string({ unit: 'binary', minLength: 1 }), number: fc.integer() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.constantFrom(...exportDelimiters), (rows, delimiter) => {
        const csv = csvHeader(columns, { delimiter }) + csvOf(rows, columns, { delimiter });
        const parsed = Papa.parse<string[]>(csv, { newline: '\r\n', delimiter: characters[delimiter] }).data;
        const expected = rows.map(({ text, number }) => [
          /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) ? `'${text}` : text,
          String(number),
        ]);
        expect(parsed).toEqual([['text', 'count'], ...expected, ['']]);
      }),
    );
  });

  it.each(['=1+1', '+5511912345678', '-1', '@SUM(A1)', '\t=1', '\r=1'])('a spreadsheet does not compute %j', (text) => {
    expect(parse(csvOf([{ text, number: 0 }], columns))[0]?.[0]).toBe(`'${text}`);
  });

  it('numbers stay numbers, and what is missing is empty', () => {
    expect(csvOf([{ text: null, number: -5 }, { number: 1.5 }], columns)).toBe(',-5\r\n,1.5\r\n');
  });

  it.each(exportDelimiters)('separated by a %s, quotes a text with any delimiter', (delimiter) => {
    const texts = Object.values(characters).map((character) => `a${character}b`);
    const lines = texts.map((text) => `"${text}"${characters[delimiter]}1\r\n`);
    const rows = texts.map((text) => ({ text, number: 1 }));
    expect(csvOf(rows, columns, { delimiter })).toBe(lines.join(''));
  });

  it('begins with a byte order mark on request', () => {
    expect(csvHeader(columns, { bom: true })).toBe('\uFEFFtext,count\r\n');
    expect(csvHeader(columns)).toBe('text,count\r\n');
  });
});
