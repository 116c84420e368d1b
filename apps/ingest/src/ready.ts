import { isProgrammingError } from '@callstream/resilience';
import { isKafkaError, within } from '@callstream/runtime';
import type { Readiness } from '@callstream/runtime';
import { recordsIn } from '@callstream/spool';
import type { Spool } from '@callstream/spool';
import pMemoize from 'p-memoize';

/** Deadline of the request to Kafka, in ms. */
const readyDeadlineMs = 2_000;

export interface ReadyOptions {
  readonly isStopping: () => boolean;
  /** Any request to Kafka; rejects if Kafka does not answer. Single-flight: concurrent callers share one request. */
  readonly askKafka: () => Promise<unknown>;
  readonly spool: Pick<Spool, 'status' | 'unavailableReason'>;
}

/** Ingest is ready as long as Kafka or the spool takes events. */
export function createReady({ isStopping, askKafka, spool }: ReadyOptions): () => Promise<Readiness> {
  /** Why Kafka is unavailable, or null. Single-flight. */
  const checkKafka = pMemoize(
    (): Promise<string | null> =>
      within(readyDeadlineMs, askKafka())
        .then(() => null)
        .catch((error: unknown) => {
          if (isProgrammingError(error)) throw error;
          return isKafkaError(error)
            ? `Kafka does not answer (${(error as Error).message}).`
            : 'Kafka does not answer.';
        }),
    { cache: false },
  );
  return async () => {
    if (isStopping()) return 'Stopping.';
    const kafkaProblem = await checkKafka();
    const records = recordsIn(spool);
    const spoolProblem = spool.unavailableReason();
    if (kafkaProblem !== null) {
      return spoolProblem === null
        ? { note: `${kafkaProblem} Events go to the spool, where ${records} wait.` }
        : `${kafkaProblem} ${spoolProblem}`;
    }
    return records > 0 ? { note: `${records} events in the spool are being sent.` } : null;
  };
}
