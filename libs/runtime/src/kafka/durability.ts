/** What decides whether a record that Kafka has acknowledged with `acks=all` can still be lost. */
export interface Durability {
  readonly brokers: number;
  /** Replicas of the partition that has the fewest. */
  readonly replicas: number;
  /** `min.insync.replicas` */
  readonly inSyncMin: number;
  /** `flush.messages`: records after which a broker waits for its disk. */
  readonly flushRecords: number;
  /** `unclean.leader.election.enable` */
  readonly uncleanElection: boolean;
}

/** Problems, each with its remedy, if an acknowledged record may not survive the loss of a broker, or if that loss stops all writes. */
export function durabilityProblems(durability: Durability): string[] {
  const { brokers, replicas, inSyncMin, flushRecords, uncleanElection } = durability;
  const problems: string[] = [];
  if (inSyncMin > replicas)
    problems.push(
      `min.insync.replicas is ${inSyncMin}, but there are ${replicas} replicas: writes fail. Use 3 replicas, and set min.insync.replicas=2.`,
    );
  else if (replicas === 1 && brokers > 1)
    problems.push(
      'The topic has one replica: events are lost with the disk of its broker. Use 3 replicas, and set min.insync.replicas=2.',
    );
  else if (replicas === 1 && flushRecords !== 1)
    problems.push(
      'The topic has one replica, whose broker does not flush to disk before it acknowledges: events are lost in a power failure. Use 3 brokers, or set flush.messages=1.',
    );
  else if (replicas > 1 && inSyncMin < 2)
    problems.push(
      'min.insync.replicas is 1: a single broker may acknowledge an event, which is lost with it. Set min.insync.replicas=2.',
    );
  else if (replicas > 1 && inSyncMin === replicas)
    problems.push(
      `min.insync.replicas is ${inSyncMin} of ${replicas} replicas: without one broker, writes fail. Use ${inSyncMin + 1} replicas.`,
    );
  if (replicas > 1 && uncleanElection)
    problems.push(
      'unclean.leader.election.enable is true: a replica without acknowledged events may become the leader. Set it to false.',
    );
  return problems;
}
