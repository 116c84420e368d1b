import type { Position } from '@callstream/tables';
import { lossesOf } from './losses.ts';

const at = (partition: number, nextOffset: number): Position => ({
  partition,
  nextOffset,
  topic: 'call-events',
  version: 1,
  logId: '11111111-1111-8111-8111-111111111111',
  lastUuid: null,
  lastTimestamp: null,
});
const log = (low: number, high: number) => new Map([[0, { low, high }]]);

describe('what a rebuild would lose', () => {
  it('is empty while the log has every record', () => expect(lossesOf([at(0, 7)], log(0, 9))).toEqual([]));
  it('includes records that were deleted from the beginning of the log', () =>
    expect(lossesOf([at(0, 7)], log(3, 9))).toEqual([
      { partition: 0, tail: false, message: 'Partition 0: records 0 to 2 were deleted from the log.' },
    ]));
  it('includes a tail that Kafka has lost', () =>
    expect(lossesOf([at(0, 7)], log(0, 5))).toMatchObject([{ partition: 0, tail: true }]));
  it('includes every record of a lost partition', () =>
    expect(lossesOf([at(1, 7)], log(0, 5))).toMatchObject([{ partition: 1, tail: true }]));
  it('is empty for empty tables', () => expect(lossesOf([at(0, 0)], log(3, 9))).toEqual([]));
});
