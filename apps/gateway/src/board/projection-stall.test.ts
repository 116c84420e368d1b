import { createProjectionStall } from './projection-stall.ts';

function stall() {
  let now = 1_000_000;
  const { observe, reset, ms, describe: said } = createProjectionStall(() => now);
  const after = (seconds: number): void => void (now += seconds * 1_000);
  const at = (...inTables: number[]) => ({
    of: (...inLog: number[]) => observe(new Map(inTables.entries()), new Map(inLog.entries())),
  });
  return { at, reset, ms, said, after };
}

describe('tables that do not move while records wait', () => {
  it('are told of after fifteen seconds, with the partition, and no longer once they move', () => {
    const { at, ms, said, after } = stall();
    at(5, 7).of(5, 9);
    after(14);
    at(5, 7).of(5, 12);
    expect([ms(), said()]).toEqual([14_000, null]);
    after(1);
    expect(said()).toMatch(/stand still for 15 s: partition 1 stays at offset 7 while 5 records wait/);
    at(5, 8).of(5, 12);
    expect([ms(), said()]).toEqual([0, null]);
  });
  it('are told of also if the others move', () => {
    const { at, said, after } = stall();
    for (let i = 0; i < 10; i++) {
      at(100 + i, 7).of(200, 9);
      after(2);
    }
    expect(said()).toMatch(/partition 1/);
  });
  it('are not known of for the time in which Postgres could not be asked', () => {
    const { at, reset, ms, after } = stall();
    at(5).of(9);
    after(60);
    reset();
    at(5).of(9);
    after(3);
    expect(ms()).toBe(3_000);
  });
});

it('tables that are behind and move, or at the end of the log, are not told of', () => {
  const { at, ms, said, after } = stall();
  for (let i = 0; i < 10; i++) {
    at(i).of(1_000);
    after(10);
    at(i + 1).of(1_000);
  }
  expect(said()).toBeNull();
  at(1_000).of(1_000);
  after(3_600);
  expect([ms(), said()]).toEqual([0, null]);
});
