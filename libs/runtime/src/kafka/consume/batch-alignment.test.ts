import { checkBatchOffsets } from './offset-check.ts';

const records = (...offsets: number[]) => offsets.map((offset) => ({ offset }));

describe('a batch is compared to the position of its reader', () => {
  it('a batch that begins at the position is contiguous', () =>
    expect(checkBatchOffsets(records(5, 6), 5)).toEqual({ kind: 'contiguous', records: records(5, 6) }));
  it('records before the position are dropped', () =>
    expect(checkBatchOffsets(records(3, 4, 5, 6), 5)).toEqual({ kind: 'contiguous', records: records(5, 6) }));
  it('a batch whose records are all before the position is a duplicate', () =>
    expect(checkBatchOffsets(records(3, 4), 5)).toEqual({ kind: 'duplicate' }));
  it('a batch that begins after the position leaves a gap', () =>
    expect(checkBatchOffsets(records(8, 9), 5)).toEqual({ kind: 'gap', from: 5, to: 8, records: records(8, 9) }));
  it('a gap between records of one batch is not reported', () =>
    expect(checkBatchOffsets(records(5, 9), 5)).toEqual({ kind: 'contiguous', records: records(5, 9) }));
});
