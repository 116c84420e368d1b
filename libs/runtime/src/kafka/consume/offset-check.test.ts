import { checkBatchOffsets } from './offset-check.ts';

const records = (...offsets: number[]) => offsets.map((offset) => ({ offset }));

describe('a batch is aligned to the position of the tables', () => {
  it('as it is when it begins there', () =>
    expect(checkBatchOffsets(records(5, 6), 5)).toEqual({ kind: 'apply', records: records(5, 6) }));
  it('without what the tables have', () =>
    expect(checkBatchOffsets(records(3, 4, 5, 6), 5)).toEqual({ kind: 'apply', records: records(5, 6) }));
  it('not at all when they have all of it', () =>
    expect(checkBatchOffsets(records(3, 4), 5)).toEqual({ kind: 'known' }));
  it('with a gap when it begins later', () =>
    expect(checkBatchOffsets(records(8, 9), 5)).toEqual({ kind: 'gap', from: 5, to: 8, records: records(8, 9) }));
  it('over gaps inside it, which were read as they are', () =>
    expect(checkBatchOffsets(records(5, 9), 5)).toEqual({ kind: 'apply', records: records(5, 9) }));
});
