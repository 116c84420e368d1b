import fc from 'fast-check';
import { addDays, countDays, dayAt, daysBefore, divisionOf, presetDays, withFrom, withTo } from './days.ts';

it('before a whole month is the whole month before, else as many days', () => {
  expect(daysBefore({ from: '2026-03-01', to: '2026-03-31' })).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  expect(daysBefore({ from: '2024-03-01', to: '2024-03-31' })).toEqual({ from: '2024-02-01', to: '2024-02-29' });
  expect(daysBefore({ from: '2026-03-02', to: '2026-03-08' })).toEqual({ from: '2026-02-23', to: '2026-03-01' });
  expect(daysBefore({ from: '2026-01-01', to: '2026-01-01' })).toEqual({ from: '2025-12-31', to: '2025-12-31' });
  const day = fc.date({ min: new Date('2000-01-02'), max: new Date('2099-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 3_000 }), (first, more) => {
      const from = first.toISOString().slice(0, 10);
      const days = { from, to: addDays(from, more) };
      const before = daysBefore(days);
      expect(countDays(days)).toBe(more + 1);
      expect(addDays(before.to, 1)).toBe(from);
      if (more < 27) expect(countDays(before)).toBe(more + 1);
    }),
  );
});

it('the other end of a period follows a day that would turn it around', () => {
  const days = { from: '2026-03-10', to: '2026-03-20' };
  expect(withFrom(days, '2026-03-05')).toEqual({ from: '2026-03-05', to: '2026-03-20' });
  expect(withFrom(days, '2026-03-25')).toEqual({ from: '2026-03-25', to: '2026-03-25' });
  expect(withTo(days, '2026-03-25')).toEqual({ from: '2026-03-10', to: '2026-03-25' });
  expect(withTo(days, '2026-03-05')).toEqual({ from: '2026-03-05', to: '2026-03-05' });
});

it('presets end yesterday, except for this month', () => {
  expect(presetDays('yesterday', '2026-03-01')).toEqual({ from: '2026-02-28', to: '2026-02-28' });
  expect(presetDays('week', '2026-03-08')).toEqual({ from: '2026-03-01', to: '2026-03-07' });
  expect(presetDays('month', '2026-03-08')).toEqual({ from: '2026-03-01', to: '2026-03-08' });
  expect(presetDays('lastMonth', '2026-03-31')).toEqual({ from: '2026-02-01', to: '2026-02-28' });
});

it('the day is that of the time zone', () => {
  const at = Date.parse('2026-03-02T02:30:00Z');
  expect(['America/Sao_Paulo', 'Asia/Kolkata'].map((zone) => dayAt(at, zone))).toEqual(['2026-03-01', '2026-03-02']);
});

it('a period is divided into parts that a chart can show', () => {
  const by = (days: number) => divisionOf({ from: '2026-01-01', to: addDays('2026-01-01', days - 1) });
  expect([1, 3, 31, 62, 365, 3_650].map(by)).toEqual(['30m', 'hour', 'day', 'day', 'week', 'month']);
});
