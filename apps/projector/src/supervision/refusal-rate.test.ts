import { createRefusalRate } from './refusal-rate.ts';

describe('records that Postgres refuses', () => {
  function rate(max: number) {
    let now = 1_000_000;
    const { count, describe: said } = createRefusalRate(max, () => now);
    return { count: (times: number) => Array.from({ length: times }, count), said, later: (ms: number) => (now += ms) };
  }

  it('are not worth a word up to the limit, and are told of above it', () => {
    const { count, said } = rate(3);
    count(3);
    expect(said()).toBeNull();
    count(1);
    expect(said()).toMatch(/more than 3 events.*PROJECTOR_REFUSED_PER_MINUTE.*dlq list --kind refused/);
  });
  it('are told of for a minute', () => {
    const { count, said, later } = rate(3);
    count(1_000);
    later(59_000);
    expect(said()).not.toBeNull();
    later(2_000);
    expect(said()).toBeNull();
    count(4);
    expect(said()).not.toBeNull();
  });
  it('are told of from the first on if the limit is 0', () => {
    const { count, said } = rate(0);
    expect(said()).toBeNull();
    count(1);
    expect(said()).not.toBeNull();
  });
  it('are not told of if they come one by one', () => {
    const { count, said, later } = rate(1);
    for (let i = 0; i < 5; i++) {
      count(1);
      later(61_000);
      expect(said()).toBeNull();
    }
  });
});
