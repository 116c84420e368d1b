import { isKafkaError, within } from '@callstream/runtime';
import type { Readiness } from '@callstream/runtime';
import { recordsIn } from './spool/metrics.ts';
import type { Spool } from './spool/spool.ts';

/** Longest that Kafka may take to answer when asked whether it is there, in ms. */
const kafkaAnswersWithinMs = 2_000;

export interface ReadyOptions {
  readonly isStopping: () => boolean;
  /** Rejects if Kafka does not answer. Asked by one caller at a time; the others share the answer. */
  readonly askKafka: () => Promise<unknown>;
  readonly spool: Pick<Spool, 'status' | 'trouble'>;
}

/** Whether webhooks may be sent here: as long as Kafka or the spool takes them. */
export function createReady({ isStopping, askKafka, spool }: ReadyOptions): () => Promise<Readiness> {
  let asking: Promise<string | null> | undefined;
  /** What is wrong with Kafka; null if nothing is. */
  const ask = (): Promise<string | null> =>
    within(kafkaAnswersWithinMs, askKafka())
      .then(() => null)
      .catch((error: unknown) =>
        isKafkaError(error) ? `Kafka does not answer (${(error as Error).message}).` : 'Kafka does not answer.',
      )
      .finally(() => (asking = undefined));
  return async () => {
    if (isStopping()) return 'Stopping.';
    const away = await (asking ??= ask());
    const records = recordsIn(spool);
    const trouble = spool.trouble();
    if (away !== null) {
      return trouble === null
        ? { note: `${away} Events go to the spool, where ${records} wait.` }
        : `${away} ${trouble}`;
    }
    return records > 0 ? { note: `${records} events in the spool are being sent.` } : null;
  };
}
