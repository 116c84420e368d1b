import { createRefusalLimit } from './refusal-limit.ts';

function limit(earlier: number[] = []) {
  let now = 1_000_000;
  const { take, applied } = createRefusalLimit({ max: 3, earlier, now: () => now });
  const takeMany = (times: number) => Array.from({ length: times }, take).filter(Boolean).length;
  return { takeMany, applied, later: (ms: number) => (now += ms) };
}

describe('records that Postgres refuses', () => {
  it('may be put aside up to the limit', () => expect(limit().takeMany(10)).toBe(3));
  it('may be put aside again a minute later, if others were applied meanwhile', () => {
    const { takeMany, applied, later } = limit();
    expect(takeMany(3)).toBe(3);
    applied();
    later(59_000);
    expect(takeMany(1)).toBe(0);
    later(2_000);
    expect(takeMany(10)).toBe(3);
  });
  it('may not, however long it takes, if nothing was applied', () => {
    const { takeMany, later } = limit();
    takeMany(3);
    later(3_600_000);
    expect(takeMany(1)).toBe(0);
  });
  it('count over a restart, an hour later too, until something was applied', () => {
    const { takeMany, applied, later } = limit([100, 200, 300]);
    expect(takeMany(1)).toBe(0);
    later(3_600_000);
    expect(takeMany(1)).toBe(0);
    applied();
    expect(takeMany(10)).toBe(3);
  });
  it('do not count over a restart if they came one by one', () => {
    expect(limit([0, 400_000, 800_000]).takeMany(10)).toBe(3);
  });
});
