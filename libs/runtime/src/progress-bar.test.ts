import { PassThrough } from 'node:stream';
import { showProgressBar } from './progress-bar.ts';

describe('progress on a stream that is not a terminal', () => {
  const shown = (totals: readonly [number, number][], done: readonly [number, number][]): string => {
    const stream = new PassThrough();
    {
      using progress = showProgressBar({ totals: new Map(totals), unit: 'records', stream });
      for (const [partition, count] of done) progress.update(partition, count);
    }
    return String(stream.read());
  };
  it('is a line with count, rate, ETA, and the percentage of each partition', () => {
    const totals: [number, number][] = [[1, 200], [0, 200], [2, 0]]; // prettier-ignore
    expect(
      shown(totals, [
        [0, 50],
        [1, 100],
      ]),
    ).toMatch(
      // prettier-ignore
      /^150 of 400 records \(37 %\), [\d,]+\/s, ETA \d+ s; by partition 0: 25 %, 1: 50 %, 2: 100 %\n$/,
    );
  });
  it('does not list partitions if there is only one', () => {
    expect(shown([[0, 3_000]], [[0, 3_000]])).toMatch(/^3,000 of 3,000 records \(100 %\), [\d,]+\/s, ETA 0 s\n$/);
  });
  it('has no ETA before anything is done', () => {
    expect(shown([[0, 3]], [])).toBe('0 of 3 records (0 %), 0/s, ETA ?\n');
  });
});

it('progress on a terminal is one bar per partition, and one in total', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  {
    using progress = showProgressBar({ totals: new Map([[0, 10], [7, 30]]), unit: 'records', stream: terminal }); // prettier-ignore
    progress.update(7, 30);
  }
  const text = String(terminal.read());
  expect(text).toMatch(/partition    7 .* 100%/);
  expect(text).toContain('30 of 40 records (75 %)');
});
