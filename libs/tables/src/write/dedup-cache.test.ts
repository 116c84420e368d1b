import { randomUUID } from 'node:crypto';
import { createDedupCache, createDuplicateDetector } from './dedup-cache.ts';

const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

describe('the deduplication cache', () => {
  it('reports added events as possible duplicates, and no others', () => {
    const cache = createDedupCache();
    const [added, others] = [uuids(1_000), uuids(1_000)];
    cache.add(added);
    expect(cache.possibleDuplicates([...added.slice(0, 3), ...others])).toEqual(added.slice(0, 3));
  });
  it('evicts the oldest event of a full bucket', () => {
    const cache = createDedupCache();
    const [first = ''] = uuids(1);
    // The same bucket, by the same first digits.
    const others = Array.from({ length: 8 }, (_, i) => first.replace(/.{8}$/, String(10_000_000 + i)));
    cache.add([first, ...others.slice(1)]);
    expect(cache.possibleDuplicates([first])).toEqual([first]);
    cache.add(others.slice(0, 1));
    expect(cache.possibleDuplicates([first, ...others])).toEqual(others);
  });
  it('reports every event as a possible duplicate for 100 batches after a miss', () => {
    const cache = createDedupCache();
    const unknown = uuids(2);
    cache.recordMiss();
    for (let batch = 0; batch < 100; batch++) expect(cache.possibleDuplicates(unknown)).toEqual(unknown);
    expect(cache.possibleDuplicates(unknown)).toEqual([]);
  });
});

describe('the duplicate detector', () => {
  it('detects duplicates, however far apart', () => {
    const detector = createDuplicateDetector();
    const all = uuids(100_000);
    expect([...all, ...all.slice(0, 5), ...all.slice(0, 5)].filter(detector.checkAndAdd)).toEqual([
      ...all.slice(0, 5),
      ...all.slice(0, 5),
    ]);
  });
});
