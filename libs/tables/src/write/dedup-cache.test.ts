import { randomUUID } from 'node:crypto';
import { createDuplicateDetector, createDedupCache } from './dedup-cache.ts';

const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

describe('events that were seen', () => {
  it('are suspects, others are not', () => {
    const seen = createDedupCache();
    const [old, young] = [uuids(1_000), uuids(1_000)];
    seen.add(old);
    expect(seen.suspects([...old.slice(0, 3), ...young])).toEqual(old.slice(0, 3));
  });
  it('are forgotten at last, the oldest first', () => {
    const seen = createDedupCache();
    const [first = ''] = uuids(1);
    // The same place, by the same first digits.
    const others = Array.from({ length: 8 }, (_, i) => first.replace(/.{8}$/, String(10_000_000 + i)));
    seen.add([first, ...others.slice(1)]);
    expect(seen.suspects([first])).toEqual([first]);
    seen.add(others.slice(0, 1));
    expect(seen.suspects([first, ...others])).toEqual(others);
  });
  it('are all suspected for a while after a surprise', () => {
    const seen = createDedupCache();
    const young = uuids(2);
    seen.surprise();
    for (let batch = 0; batch < 100; batch++) expect(seen.suspects(young)).toEqual(young);
    expect(seen.suspects(young)).toEqual([]);
  });
});

describe('repeats', () => {
  it('are seen, however far apart', () => {
    const repeats = createDuplicateDetector();
    const all = uuids(100_000);
    expect([...all, ...all.slice(0, 5), ...all.slice(0, 5)].filter(repeats.see)).toEqual([
      ...all.slice(0, 5),
      ...all.slice(0, 5),
    ]);
  });
});
