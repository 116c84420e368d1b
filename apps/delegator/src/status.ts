import type { Log, Readiness } from '@callstream/runtime';

type StatusPart = 'Postgres' | 'Kafka' | 'provider';

/** What keeps the delegator from its work. */
export interface DelegatorStatus {
  /** Null: it works. */
  readonly set: (part: StatusPart, problem: string | null) => void;
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
    joined: () => void (hasJoined = true),
    stopping: () => void (isStopping = true),
    ready: () => {
      if (isStopping) return 'Stopping.';
      const postgres = problems.get('Postgres');
      // Without claims there are no answers. The others do not keep it from answering, or it has to try.
      if (postgres !== undefined) return `No call is answered: ${postgres}`;
      if (!hasJoined) return problems.get('Kafka') ?? 'Not a member of the consumer group yet.';
      const notes = [...problems.values(), rulesProblem()].filter((note) => note !== null);
      return notes.length === 0 ? null : { note: notes.join(' ') };
    },
  };
}
