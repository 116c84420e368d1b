import { createServerClock } from './server-clock.ts';

it('goes by the reading that came with the least delay, and by what passes since', () => {
  let here = 1_000;
  const clock = createServerClock(() => here);
  clock.read(50_000 - 300);
  clock.read(50_000 - 20);
  clock.read(50_000 - 500);
  expect(clock.now()).toBe(49_980);
  here += 5;
  expect(clock.now()).toBe(49_985);
});

it('follows a clock that was set back once the older readings are gone', () => {
  const clock = createServerClock(() => 0);
  clock.read(9_000);
  for (let i = 0; i < 6; i++) clock.read(5_000);
  expect(clock.now()).toBe(5_000);
});
