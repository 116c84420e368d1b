import fc from 'fast-check';
import type { Stats } from '@callstream/contracts';
import { noCalls, noTotals } from '../no-totals.ts';
import { heatCells } from './heat-cells.ts';

const hourMs = 3_600_000;
const hour = (begin: number, visits: number, answered_in_time = visits): NonNullable<Stats['intervals']>[number] => ({
  begin: new Date(begin).toISOString(),
  queues: [],
  calls: noCalls,
  total: { ...noTotals, visits, answered: visits, answered_in_time },
});

/** Weekday (0: Monday) and hour → value, without empty cells. */
const shown = (cells: ReturnType<typeof heatCells>) =>
  cells.flatMap((row, day) => row.flatMap(({ value }, of) => ((value ?? 0) === 0 ? [] : [[day, of, value]])));

it('each hour is in the cell of its weekday and hour in the time zone, also at a half hour of UTC', () => {
  // A Monday.
  const begin = Date.parse('2026-03-02T01:30:00Z');
  expect(shown(heatCells([hour(begin, 3)], 'visits', 'Asia/Kolkata'))).toEqual([[0, 7, 3]]);
  expect(shown(heatCells([hour(begin, 3)], 'visits', 'America/Sao_Paulo'))).toEqual([[6, 22, 3]]);
});

it('when summer time ends, both hours of a name are in one cell; when it begins, the missing one is empty', () => {
  const sunday = (from: string, hours: number) =>
    Array.from({ length: hours }, (_, i) => hour(Date.parse(from) + i * hourMs, 1));
  const end = heatCells(sunday('2026-10-24T22:00:00Z', 25), 'visits', 'Europe/Berlin');
  expect(end[6]?.map(({ value }) => value)).toEqual(Array.from({ length: 24 }, (_, of) => (of === 2 ? 2 : 1)));
  const begin = heatCells(sunday('2026-03-28T23:00:00Z', 23), 'visits', 'Europe/Berlin');
  expect(begin[6]?.map(({ value }) => value)).toEqual(Array.from({ length: 24 }, (_, of) => (of === 2 ? 0 : 1)));
});

it('no visit is lost, in any time zone, and the greatest value has the whole colour', () => {
  const zones = fc.constantFrom('America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Europe/London', 'UTC');
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 400 }), fc.nat(8_760), zones, (counts, from, zone) => {
      const begin = Date.UTC(2026, 0, 1) + from * hourMs;
      const cells = heatCells(
        counts.map((count, i) => hour(begin + i * hourMs, count)),
        'visits',
        zone,
      ).flat();
      const sum = counts.reduce((all, count) => all + count, 0);
      expect(cells.reduce((all, { value }) => all + (value ?? 0), 0)).toBe(sum);
      expect(Math.max(...cells.map(({ share }) => share))).toBe(sum === 0 ? 0 : 1);
    }),
  );
});

it('a service level is that of all the visits of a cell, and none where no visit counts', () => {
  const begin = Date.parse('2026-03-02T10:00:00Z');
  const cells = heatCells([hour(begin, 1, 1), hour(begin + 168 * hourMs, 3, 1)], 'service_level', 'UTC');
  expect(shown(cells)).toEqual([[0, 10, 0.5]]);
  expect(cells[1]?.[10]?.value).toBeNull();
});
