import { isProgrammingError } from '@callstream/resilience';
import { isKafkaError, within } from '@callstream/runtime';
import type { Readiness } from '@callstream/runtime';
import { recordsIn } from '@callstream/spool';
import type { Spool } from '@callstream/spool';
import pMemoize from 'p-memoize';

/** Deadline of the request to Kafka, in ms. */
const readyDeadlineMs = 2_000;

/** What the readiness of a process of ingest depends on. */
export interface IngestState {
  readonly isStopping: boolean;
  /** Why Kafka is unavailable, or null. */
  readonly kafkaProblem: string | null;
  /** Why the spool is unavailable, or null. */
  readonly spoolProblem: string | null;
  /** Events in the spool. */
  readonly spooled: number;
}

export interface ReadyOptions {
  readonly isStopping: () => boolean;
  /** Any request to Kafka; rejects if Kafka does not answer. Single-flight: concurrent callers share one request. */
  readonly askKafka: () => Promise<unknown>;
  readonly spool: Pick<Spool, 'status' | 'unavailableReason'>;
}

/** Ingest is ready as long as Kafka or the spool takes events. */
export function readinessOf({ isStopping, kafkaProblem, spoolProblem, spooled }: IngestState): Readiness {
  if (isStopping) return 'Stopping.';
  if (kafkaProblem !== null) {
    return spoolProblem === null
      ? { note: `${kafkaProblem} Events go to the spool, where ${spooled} wait.` }
      : `${kafkaProblem} ${spoolProblem}`;
  }
  return spooled > 0 ? { note: `${spooled} events in the spool are being sent.` } : null;
}

/** Reads the state of this process. */
export function createReadState({ isStopping, askKafka, spool }: ReadyOptions): () => Promise<IngestState> {
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
  return async () => ({
    isStopping: isStopping(),
    kafkaProblem: isStopping() ? null : await checkKafka(),
    spoolProblem: spool.unavailableReason(),
    spooled: recordsIn(spool),
  });
}
