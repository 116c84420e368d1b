import fc from 'fast-check';
import { exportPages } from './export-pages.ts';
import type { ExportPart } from './export-pages.ts';

interface TimedRow {
  readonly at: number;
  readonly n: number;
}

const begin = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;
const yearMs = 365 * dayMs;
const timedOut = new Error('canceling statement due to statement timeout');

interface TestTable {
  readonly pageRows?: number;
  readonly msOfDay?: number;
  /** A query times out if more rows are in its slice, or if the slice is longer. */
  readonly sliceRowsMax?: number;
  readonly sliceDaysMax?: number;
}

/** A page as a table with these rows would answer, and the number of pages so far. */
function tableOf(
  rows: readonly TimedRow[],
  { pageRows = 1_000, msOfDay = 0, sliceRowsMax = Infinity, sliceDaysMax = Infinity }: TestTable,
) {
  let pages = 0;
  let slowest = 0;
  const read = ({ from, to, after, limit }: ExportPart) => {
    pages++;
    const [, , last = -1] = after ?? [];
    const [begins, ends] = [Date.parse(from), Date.parse(to)];
    const found = rows.filter(({ at, n }) => at >= begins && at < ends && n > last);
    if (found.length > sliceRowsMax || ends - begins > sliceDaysMax * dayMs) return Promise.resolve({ timedOut });
    const page = found.slice(0, Math.min(limit, pageRows));
    const end = page.at(-1);
    const next = found.length > page.length && end ? ([new Date(end.at).toISOString(), '', end.n] as const) : null;
    const ms = ((ends - begins) / dayMs) * msOfDay;
    slowest = Math.max(slowest, ms);
    return Promise.resolve({ rows: page, next, ms });
  };
  return { read, pages: () => pages, slowest: () => slowest };
}

const exported = async (
  rows: readonly TimedRow[],
  { limit = Infinity, days = 365, ...table }: TestTable & { readonly limit?: number; readonly days?: number },
) => {
  const { read, pages, slowest } = tableOf(rows, table);
  const period = { from: new Date(begin).toISOString(), to: new Date(begin + days * 86_400_000).toISOString() };
  const all: TimedRow[] = [];
  let isEnded = false;
  for await (const { rows: some, isLast } of exportPages(period, limit, read)) {
    if (isEnded) throw new Error('A page follows the last one.');
    isEnded = isLast;
    all.push(...some);
  }
  expect(isEnded).toBe(true);
  return { rows: all, pages: pages(), slowest: slowest() };
};

describe('an export', () => {
  it('has every row of its period once and in order, whatever their times and the size of pages', async () => {
    const times = fc.array(fc.oneof(fc.nat(yearMs - 1), fc.nat(3_600_000), fc.constantFrom(0, yearMs - 1)), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 5, max: 400 }),
        async (offsets, pageRows, limit, sliceDaysMax) => {
          const rows = offsets.toSorted((a, b) => a - b).map((offset, n) => ({ at: begin + offset, n }));
          expect((await exported(rows, { pageRows, limit, sliceDaysMax })).rows).toEqual(rows.slice(0, limit));
        },
      ),
    );
  });

  it('of ten empty years takes few queries', async () => {
    const { rows, pages } = await exported([], { days: 3_650 });
    expect(rows).toEqual([]);
    expect(pages).toBeLessThan(25);
  });

  it('of few rows among many that are left out reads slices whose queries do not time out', async () => {
    // A day takes 200 ms: a whole year would take 73 s.
    const { pages, slowest } = await exported([{ at: begin + yearMs - 1, n: 0 }], { msOfDay: 200 });
    expect(slowest).toBeLessThan(1_000);
    expect(pages).toBeLessThan(300);
  });

  it('after nine empty years reads the tenth, although a query of all its rows times out', async () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => ({ at: begin + (9 * 365 + 1) * dayMs + n * 10_000, n }));
    const { rows: read, pages } = await exported(rows, { days: 3_650, sliceRowsMax: 5_000 });
    expect(read).toEqual(rows);
    expect(pages).toBeLessThan(150);
  });

  it('ends with the error of Postgres if even a minute times out', async () => {
    await expect(exported([{ at: begin, n: 0 }], { sliceRowsMax: 0 })).rejects.toBe(timedOut);
  });

  it('reads slices that become shorter where there are many rows', async () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => ({ at: begin + 300 * 86_400_000 + n * 1_000, n }));
    const { rows: read, pages } = await exported(rows, {});
    expect(read).toHaveLength(50_000);
    expect(pages).toBeLessThan(120);
  });
});
