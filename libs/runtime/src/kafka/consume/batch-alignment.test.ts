import { createBatchAlignment } from './batch-alignment.ts';

const batch = (...offsets: number[]) => ({ partition: 0, records: offsets.map((offset) => ({ offset })) });
const unreadable = (firstOffset: number, lastOffset: number) => ({ partition: 0, firstOffset, lastOffset });
const records = (...offsets: number[]) => batch(...offsets).records;

describe('a batch is compared to the position of its reader', () => {
  it('a batch that begins at the position is aligned', () =>
    expect(createBatchAlignment().ofRecords(batch(5, 6), 5)).toEqual({
      kind: 'aligned',
      gap: null,
      records: records(5, 6),
    }));
  it('records before the position are dropped', () =>
    expect(createBatchAlignment().ofRecords(batch(3, 4, 5, 6), 5)).toMatchObject({ records: records(5, 6) }));
  it('after a batch whose records are all before the position, reading goes on at the position', () =>
    expect(createBatchAlignment().ofRecords(batch(3, 4), 5)).toEqual({ kind: 'seek', next: 5 }));
  it('a gap between records of one batch is none', () =>
    expect(createBatchAlignment().ofRecords(batch(5, 9), 5)).toMatchObject({ gap: null, records: records(5, 9) }));
});

describe('a gap before a batch', () => {
  it('is read again, and is one of the log if it is still there', () => {
    const alignment = createBatchAlignment();
    expect(alignment.ofRecords(batch(8, 9), 5)).toEqual({ kind: 'seek', next: 5 });
    const aligned = { kind: 'aligned', gap: { from: 5, to: 8 }, records: records(8, 9) };
    expect(alignment.ofRecords(batch(8, 9), 5)).toEqual(aligned);
    // A retry of the same batch.
    expect(alignment.ofRecords(batch(8, 9), 5)).toEqual(aligned);
  });
  it('of another place, or of another partition, is read again as well', () => {
    const alignment = createBatchAlignment();
    alignment.ofRecords(batch(8, 9), 5);
    expect(alignment.ofRecords(batch(20), 10)).toEqual({ kind: 'seek', next: 10 });
    expect(alignment.ofRecords({ ...batch(20), partition: 1 }, 10)).toEqual({ kind: 'seek', next: 10 });
  });
  it('is none if the records were only not fetched', () => {
    const alignment = createBatchAlignment();
    alignment.ofRecords(batch(8, 9), 5);
    expect(alignment.ofRecords(batch(5, 6, 7), 5)).toMatchObject({ gap: null, records: records(5, 6, 7) });
  });
});

describe('an unreadable batch', () => {
  it('that the position is in is aligned', () => {
    const { ofUnreadable } = createBatchAlignment();
    for (const position of [5, 7, 9])
      expect(ofUnreadable(unreadable(5, 9), position)).toEqual({ kind: 'aligned', gap: null });
  });
  it('before the position is skipped', () =>
    expect(createBatchAlignment().ofUnreadable(unreadable(5, 9), 10)).toEqual({ kind: 'seek', next: 10 }));
  it('after a gap is read again once', () => {
    const { ofUnreadable } = createBatchAlignment();
    expect(ofUnreadable(unreadable(5, 9), 3)).toEqual({ kind: 'seek', next: 3 });
    expect(ofUnreadable(unreadable(5, 9), 3)).toEqual({ kind: 'aligned', gap: { from: 3, to: 5 } });
  });
});
