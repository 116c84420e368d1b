import { createProjectionStall } from './projection-stall.ts';

function stall() {
  let now = 1_000_000;
  const { observe, reset, ms, describe: message } = createProjectionStall(() => now);
  const after = (seconds: number): void => void (now += seconds * 1_000);
  const at = (...inTables: number[]) => ({
    of: (...inLog: number[]) => observe(new Map(inTables.entries()), new Map(inLog.entries())),
  });
  return { at, reset, ms, message, after };
}

describe('a stall of the projection', () => {
  it('is described after 15 s, with the partition, and no longer once the position moves', () => {
    const { at, ms, message, after } = stall();
    at(5, 7).of(5, 9);
    after(14);
    at(5, 7).of(5, 12);
    expect([ms(), message()]).toEqual([14_000, null]);
    after(1);
    expect(message()).toMatch(/stalled for 15 s: partition 1 stays at offset 7 while 5 records wait/);
    at(5, 8).of(5, 12);
    expect([ms(), message()]).toEqual([0, null]);
  });
  it('is described also if other partitions move', () => {
    const { at, message, after } = stall();
    for (let i = 0; i < 10; i++) {
      at(100 + i, 7).of(200, 9);
      after(2);
    }
    expect(message()).toMatch(/partition 1/);
  });
  it('does not count the time while Postgres was not available', () => {
    const { at, reset, ms, after } = stall();
    at(5).of(9);
    after(60);
    reset();
    at(5).of(9);
    after(3);
    expect(ms()).toBe(3_000);
  });
});

it('a projection that is behind and moves, or that is at the end of the log, is not stalled', () => {
  const { at, ms, message, after } = stall();
  for (let i = 0; i < 10; i++) {
    at(i).of(1_000);
    after(10);
    at(i + 1).of(1_000);
  }
  expect(message()).toBeNull();
  at(1_000).of(1_000);
  after(3_600);
  expect([ms(), message()]).toEqual([0, null]);
});
