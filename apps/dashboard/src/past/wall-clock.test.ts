import fc from 'fast-check';
import { dayOf, momentOfWallClock, wallClockOf } from './wall-clock.ts';

const zones = ['America/Sao_Paulo', 'Europe/Lisbon', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];
const seconds = fc
  .integer({ min: Date.UTC(2015, 0, 1) / 1_000, max: Date.UTC(2030, 0, 1) / 1_000 })
  .map((second) => second * 1_000);

it('the clocks of every time zone show again what was read from them', () => {
  fc.assert(
    fc.property(seconds, fc.constantFrom(...zones), (at, zone) => {
      const shown = wallClockOf(at, zone);
      const moment = momentOfWallClock(shown, zone);
      expect(moment === null ? null : wallClockOf(moment, zone)).toBe(shown);
      // The same moment, unless the hour comes twice.
      expect(Math.abs((moment ?? 0) - at)).toBeLessThanOrEqual(3_600_000);
    }),
  );
});

it('a moment is in its day, and days follow one another', () => {
  fc.assert(
    fc.property(seconds, fc.constantFrom(...zones), (at, zone) => {
      const { from, to } = dayOf(at, zone);
      expect(from <= at && at < to).toBe(true);
      expect(dayOf(to, zone).from).toBe(to);
      expect(to - from).toBeGreaterThanOrEqual(23 * 3_600_000);
      expect(to - from).toBeLessThanOrEqual(25 * 3_600_000);
    }),
  );
});

it('a day of summer time has 23 or 25 hours', () => {
  const hoursOf = (day: string) => {
    const { from, to } = dayOf(Date.parse(`${day}T12:00:00Z`), 'Europe/Lisbon');
    return (to - from) / 3_600_000;
  };
  expect(['2026-03-29', '2026-10-25', '2026-07-01'].map(hoursOf)).toEqual([23, 25, 24]);
});

it('a day whose midnight summer time skips begins at one o’clock', () => {
  const zone = 'America/Sao_Paulo';
  const { from, to } = dayOf(Date.parse('2018-11-04T12:00:00Z'), zone);
  expect([from, to].map((at) => wallClockOf(at, zone))).toEqual(['2018-11-04T01:00:00', '2018-11-05T00:00:00']);
  expect(dayOf(from - 1, zone).to).toBe(from);
});

it.each(['', 'soon', '2026-13-01T00:00:00'])('%p is no time', (text) => {
  expect(momentOfWallClock(text, 'UTC')).toBeNull();
});
