import type { LogRecord } from '@callstream/runtime';
import { classify } from '@callstream/tables';
import type { Failure } from '@callstream/tables';
import { ProjectionStopped } from './projection-stopped.ts';

/** Remedies by SQLSTATE, or by its class (the first two characters). */
const remedies: Readonly<Record<string, string>> = {
  '23505': 'The tables have a unique index that is not ours; drop it.',
  '42501': 'Make the user a member of callstream_projector, then: npm run projector -- migrate',
  '28': 'Set DATABASE_URL to a role and a password that Postgres knows.',
  '3D': 'Set DATABASE_URL to a database that exists.',
  '3F': 'Create the tables: npm run projector -- migrate',
  '42': 'The tables are not those of this version. Migrate them: npm run projector -- migrate',
};

/** Failures that a retry does not fix, whatever the record. */
const permanentFailures: ReadonlySet<Failure> = new Set(['deploy', 'unknown']);

export const sqlStateOf = (error: unknown): string => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
};

/** Postgres' message for logs. A data exception (class 22) quotes data, which may be a phone number, so quotes are masked. */
export function refusalText(error: Error): string {
  const code = sqlStateOf(error);
  return `${code}: ${code.startsWith('22') ? error.message.replace(/".*"/s, '"…"') : error.message}`;
}

/** Turns a permanent error of Postgres into {@link ProjectionStopped} with records and remedy; returns any other error as it is. */
export function explainPostgresError(
  error: unknown,
  records: readonly Pick<LogRecord, 'partition' | 'offset'>[],
): unknown {
  const code = sqlStateOf(error);
  if (!(error instanceof Error) || code === '' || !permanentFailures.has(classify(error))) return error;
  const remedy = remedies[code] ?? remedies[code.slice(0, 2)] ?? 'A retry does not fix it.';
  const [first, last] = [records[0], records.at(-1)];
  return new ProjectionStopped(
    `Postgres answers ${code} to records ${first?.offset ?? 0} to ${last?.offset ?? 0} of partition ${first?.partition ?? 0}: ${error.message}. ${remedy} Nothing was skipped.`,
    { cause: error },
  );
}

/** Postgres refuses a record, and an ordinary event of its kind as well. */
export const badDeploy = (
  { partition, offset }: Pick<LogRecord, 'partition' | 'offset'>,
  { refusal, ordinary }: { refusal: Error; ordinary: Error },
): ProjectionStopped =>
  new ProjectionStopped(
    `Postgres refuses record ${offset} of partition ${partition} (${refusalText(refusal)}), and an ordinary event of its kind as well (${refusalText(ordinary)}): code and tables do not match. This looks like a bad deploy; nothing was skipped. Deploy a version that works, or rebuild the tables with this one: npm run projector -- rebuild`,
    { cause: refusal },
  );
