import { PassThrough } from 'node:stream';
import { showProgress } from './progress.ts';

describe('progress on what is no terminal', () => {
  it('is a line with records, rate and ETA, and how far each partition is', () => {
    const stream = new PassThrough();
    // The caller's own map, which moves.
    const positions = new Map([[1, 100], [0, 0]]); // prettier-ignore
    {
      using progress = showProgress({ from: positions, to: new Map([[1, 300], [0, 200], [2, 0]]), stream }); // prettier-ignore
      for (const [partition, next] of [
        [0, 50],
        [1, 200],
      ] as const) {
        positions.set(partition, next);
        progress.at(partition, next);
      }
    }
    expect(String(stream.read())).toMatch(
      /^150 of 400 records \(37 %\), [\d,]+\/s, ETA \d+ s; by partition 0: 25 %, 1: 50 %, 2: 100 %\n$/,
    );
  });
});
