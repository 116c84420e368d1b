import { PassThrough } from 'node:stream';
import { jest } from '@jest/globals';
import { showProgressBar } from './progress-bar.ts';

describe('progress on a stream that is not a terminal', () => {
  const shown = (total: number, done: number): string => {
    const stream = new PassThrough();
    {
      using progress = showProgressBar({ total, unit: 'records' }, stream);
      progress.update(done);
    }
    return String(stream.read());
  };
  it('is a line with count, rate and ETA', () => {
    expect(shown(400, 150)).toMatch(/^150 of 400 records \(37 %\), [\d,]+\/s, ETA \d+ s\n$/);
    expect(shown(3_000, 3_000)).toMatch(/^3,000 of 3,000 records \(100 %\), [\d,]+\/s, ETA 0 s\n$/);
  });
  it('has no ETA before anything is done', () => {
    expect(shown(3, 0)).toBe('0 of 3 records (0 %), 0/s, ETA ?\n');
  });
});

describe.each([20, 40, 80, 250])('progress on a terminal of %d columns', (columns) => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns });
  // The bar is drawn twice, and shows a rate: no time passes in between.
  jest.useFakeTimers();
  {
    using progress = showProgressBar({ total: 400_000, unit: 'records' }, terminal);
    progress.update(150_000);
    progress.print('A warning.');
  }
  jest.useRealTimers();
  const text = String(terminal.read());

  it('is one bar that fits into a line', () => {
    const [line = '', ...others] = text.split(/\x1b\[[^A-Za-z]*[A-Za-z]|\n/).filter((part) => part.includes('█'));
    expect(line.length).toBeLessThan(columns);
    expect(line).toContain('37 %');
    for (const other of others) expect(other).toBe(line);
    expect(text).not.toContain('partition');
  });
  it('leaves printed lines whole', () => expect(text).toContain('A warning.\n'));
});
