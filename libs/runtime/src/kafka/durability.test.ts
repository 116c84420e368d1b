import { durabilityProblems } from './durability.ts';
import type { Durability } from './durability.ts';

const durable: Durability = { brokers: 3, replicas: 3, inSyncMin: 2, flushRecords: Infinity, uncleanElection: false };

describe('the durability of an acknowledged event', () => {
  it('has no problems with two in-sync replicas of three, or with one that flushes each record', () => {
    expect(durabilityProblems(durable)).toEqual([]);
    expect(durabilityProblems({ ...durable, brokers: 1, replicas: 1, inSyncMin: 1, flushRecords: 1 })).toEqual([]);
  });
  it.each<[string, Partial<Durability>, RegExp]>([
    ['one replica', { replicas: 1, inSyncMin: 1 }, /one replica: .*Use 3/],
    ['one broker that does not flush', { brokers: 1, replicas: 1, inSyncMin: 1 }, /flush\.messages=1/],
    ['min.insync.replicas of 1', { inSyncMin: 1 }, /Set min\.insync\.replicas=2/],
    ['min.insync.replicas of all replicas', { replicas: 2 }, /Use 3 replicas/],
    ['min.insync.replicas above the number of replicas', { replicas: 1 }, /writes fail/],
    ['unclean leader elections', { uncleanElection: true }, /unclean/],
  ])('%s is a problem, and the warning has the remedy', (_, topic, message) =>
    expect(durabilityProblems({ ...durable, ...topic })).toEqual([expect.stringMatching(message)]),
  );
});
