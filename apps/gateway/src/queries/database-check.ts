import { runUntilAborted } from '@callstream/resilience';
import { checkDatabase, UnsupportedPostgres } from '@callstream/tables';
import type { DatabaseRequirements, Tables } from '@callstream/tables';

export interface DatabaseCheck extends Disposable {
  /** Rejects if the database does not have what the gateway needs: a retry would not help. */
  readonly failure: Promise<never>;
}

/** Checks the database once it answers, until disposed. */
export function startDatabaseCheck(db: Tables, requirements: DatabaseRequirements): DatabaseCheck {
  const ended = new AbortController();
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const check = async (): Promise<void> => {
    await checkDatabase(db, requirements).catch((error: unknown) => {
      if (!(error instanceof UnsupportedPostgres)) throw error;
      reject(error);
    });
    ended.abort();
  };
  // What else fails is reported by those who use the database.
  runUntilAborted(check, { signal: ended.signal, onFailure: () => undefined }).catch(reject);
  return { failure, [Symbol.dispose]: () => ended.abort() };
}
