import { within } from '@callstream/runtime';

/** Longest that Kafka may take to answer when asked whether it is there, in ms. */
const kafkaAnswersWithinMs = 2_000;

/** Why no webhook should be sent here now, or null. `askKafka` is asked by one caller at a time; the others share the answer. */
export function createReady({
  isStopping,
  askKafka,
}: {
  isStopping: () => boolean;
  askKafka: () => Promise<unknown>;
}): () => Promise<string | null> {
  let asking: Promise<string | null> | undefined;
  const ask = (): Promise<string | null> =>
    within(kafkaAnswersWithinMs, askKafka())
      .then(() => null)
      .catch(() => 'Kafka does not answer.')
      .finally(() => (asking = undefined));
  return async () => (isStopping() ? 'Stopping.' : await (asking ??= ask()));
}
