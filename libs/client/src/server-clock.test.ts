import { createServerClock } from './server-clock.ts';

it('the server clock uses the reading with the least delay, and advances with local time', () => {
  let local = 1_000;
  const clock = createServerClock(() => local);
  clock.read(50_000 - 300);
  clock.read(50_000 - 20);
  clock.read(50_000 - 500);
  expect(clock.now()).toBe(49_980);
  local += 5;
  expect(clock.now()).toBe(49_985);
});

it('the server clock follows a clock that was set back, once older readings are dropped', () => {
  const clock = createServerClock(() => 0);
  clock.read(9_000);
  for (let i = 0; i < 6; i++) clock.read(5_000);
  expect(clock.now()).toBe(5_000);
});
