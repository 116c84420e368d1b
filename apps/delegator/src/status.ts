import type { Log, Readiness } from '@callstream/runtime';

/** `Kafka`: standbys cannot be read. `outcomes`: they cannot be written to the log. */
type StatusPart = 'Postgres' | 'Kafka' | 'outcomes' | 'provider' | 'clock';

/** What keeps the delegator from its work. */
export interface DelegatorStatus {
  /** Null: it works. */
  readonly set: (part: StatusPart, problem: string | null) => void;
  readonly hasProblem: (part: StatusPart) => boolean;
  readonly joined: () => void;
  readonly stopping: () => void;
  readonly ready: () => Readiness;
}

/** @param rulesProblem why the file of rules is not in force */
export function createStatus(log: Log, rulesProblem: () => string | null): DelegatorStatus {
  const problems = new Map<StatusPart, string>();
  let hasJoined = false;
  let isStopping = false;
  return {
    set: (part, problem) => {
      const before = problems.get(part);
      if (problem === null) problems.delete(part);
      else problems.set(part, problem);
      // Once per outage, not once per attempt.
      if (problem !== null && before === undefined) log.warn({ part, reason: problem }, 'delegator.waiting');
      if (problem === null && before !== undefined) log.info({ part }, 'delegator.works-again');
    },
    hasProblem: (part) => problems.has(part),
    joined: () => void (hasJoined = true),
    stopping: () => void (isStopping = true),
    ready: () => {
      if (isStopping) return 'Stopping.';
      // Without claims or standbys there are no answers. The others do not keep it from answering, or it has to try.
      const problem = problems.get('Postgres') ?? problems.get('Kafka');
      if (problem !== undefined) return `No call is answered: ${problem}`;
      if (!hasJoined) return 'Not a member of the consumer group yet.';
      const notes = [...problems.values(), rulesProblem()].filter((note) => note !== null);
      return notes.length === 0 ? null : { note: notes.join(' ') };
    },
  };
}
