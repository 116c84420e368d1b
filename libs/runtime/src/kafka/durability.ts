/** What decides whether a record that Kafka has acknowledged to `acks=all` can still be lost. */
export interface Durability {
  readonly brokers: number;
  /** Copies of the partition that has the fewest. */
  readonly replicas: number;
  /** `min.insync.replicas` */
  readonly inSyncMin: number;
  /** `flush.messages`: after so many records the disk is waited for. */
  readonly flushRecords: number;
  /** `unclean.leader.election.enable` */
  readonly uncleanElection: boolean;
}

/** What is to be mended so that an acknowledged record survives the loss of a broker, and one broker less does not stop writing. */
export function durabilityProblems(topic: Durability): string[] {
  const { brokers, replicas, inSyncMin, flushRecords, uncleanElection } = topic;
  const problems: string[] = [];
  if (inSyncMin > replicas)
    problems.push(
      `min.insync.replicas is ${inSyncMin}, and there are ${replicas} replicas: nothing can be written. Have 3 replicas, and min.insync.replicas=2.`,
    );
  else if (replicas === 1 && brokers > 1)
    problems.push(
      'It has one replica: events are lost with the disk of its broker. Have 3, and min.insync.replicas=2.',
    );
  else if (replicas === 1 && flushRecords !== 1)
    problems.push(
      'It has one replica, whose broker does not wait for the disk: acknowledged events are lost with its power. Have 3 brokers, or set flush.messages=1.',
    );
  else if (replicas > 1 && inSyncMin < 2)
    problems.push(
      'min.insync.replicas is 1: an event may be acknowledged by a single broker, and is lost with it. Set min.insync.replicas=2.',
    );
  else if (replicas > 1 && inSyncMin === replicas)
    problems.push(
      `min.insync.replicas is ${inSyncMin} of ${replicas} replicas: one broker less, and nothing can be written. Have ${inSyncMin + 1} replicas.`,
    );
  if (replicas > 1 && uncleanElection)
    problems.push(
      'unclean.leader.election.enable is true: a replica that lacks acknowledged events may become the leader. Set it to false.',
    );
  return problems;
}
