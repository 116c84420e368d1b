import { clockReadingOf } from './index.ts';

it.each([
  [null, 'none'],
  [3_600_000, 'ahead'],
  [1_001, 'ahead'],
  [1_000, 'on_time'],
  [0, 'on_time'],
  [-10_000, 'on_time'],
  [-10_001, 'late'],
  [-86_400_000, 'late'],
])('an own time %p ms after the reception is %s', (ms, reading) => {
  const receivedAt = Date.UTC(2026, 2, 2);
  expect(clockReadingOf(ms === null ? null : receivedAt + ms, receivedAt)).toBe(reading);
});
