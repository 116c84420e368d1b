import { createRefusalRate } from './refusal-rate.ts';

describe('the rate of records that Postgres refuses', () => {
  function rate(max: number) {
    let now = 1_000_000;
    const { count, describe } = createRefusalRate(max, () => now);
    return {
      count: (times: number) => Array.from({ length: times }, count),
      describe,
      later: (ms: number) => (now += ms),
    };
  }

  it('is reported only above the limit', () => {
    const { count, describe: report } = rate(3);
    count(3);
    expect(report()).toBeNull();
    count(1);
    expect(report()).toMatch(/more than 3 events.*PROJECTOR_REFUSED_PER_MINUTE.*dlq list --kind refused/);
  });
  it('is reported for a minute', () => {
    const { count, describe: report, later } = rate(3);
    count(1_000);
    later(59_000);
    expect(report()).not.toBeNull();
    later(2_000);
    expect(report()).toBeNull();
    count(4);
    expect(report()).not.toBeNull();
  });
  it('is reported from the first record on if the limit is 0', () => {
    const { count, describe: report } = rate(0);
    expect(report()).toBeNull();
    count(1);
    expect(report()).not.toBeNull();
  });
  it('is not reported if the records are more than a minute apart', () => {
    const { count, describe: report, later } = rate(1);
    for (let i = 0; i < 5; i++) {
      count(1);
      later(61_000);
      expect(report()).toBeNull();
    }
  });
});
