import { durabilityProblems } from './durability.ts';
import type { Durability } from './durability.ts';

const sound: Durability = { brokers: 3, replicas: 3, inSyncMin: 2, flushRecords: Infinity, uncleanElection: false };

describe('an acknowledged event', () => {
  it('survives a broker with three replicas of which two are waited for, or the power of one that syncs', () => {
    expect(durabilityProblems(sound)).toEqual([]);
    expect(durabilityProblems({ ...sound, brokers: 1, replicas: 1, inSyncMin: 1, flushRecords: 1 })).toEqual([]);
  });
  it.each<[string, Partial<Durability>, RegExp]>([
    ['one replica', { replicas: 1, inSyncMin: 1 }, /one replica: .*Have 3/],
    ['one broker that does not sync', { brokers: 1, replicas: 1, inSyncMin: 1 }, /flush\.messages=1/],
    ['one replica waited for', { inSyncMin: 1 }, /Set min\.insync\.replicas=2/],
    ['all replicas waited for', { replicas: 2 }, /Have 3 replicas/],
    ['more waited for than there are', { replicas: 1 }, /nothing can be written/],
    ['unclean elections', { uncleanElection: true }, /unclean/],
  ])('is in danger with %s, and the warning says what to do', (_, topic, said) =>
    expect(durabilityProblems({ ...sound, ...topic })).toEqual([expect.stringMatching(said)]),
  );
});
