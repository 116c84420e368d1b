import Sequencer from '@jest/test-sequencer';

/** A fresh clone does not know how long its tests take, and a long one that begins last ends last, alone. */
const longest = [
  'apps/e2e/src/projector-failures.int.test.ts',
  'apps/e2e/src/kafka-away.int.test.ts',
  'apps/e2e/src/spool.int.test.ts',
  'apps/e2e/src/no-gap.int.test.ts',
  'apps/gateway/src/outages.int.test.ts',
  'apps/projector/src/dlq/dlq.int.test.ts',
  'apps/projector/src/postgres-failures.int.test.ts',
  'apps/e2e/src/unreadable-batch.int.test.ts',
  'apps/e2e/src/rebuild.int.test.ts',
  'apps/projector/src/rebuild/rebuild.int.test.ts',
  'apps/e2e/src/over-long-texts.int.test.ts',
  'apps/e2e/src/secured.int.test.ts',
  'apps/e2e/src/dashboard-page.int.test.ts',
  'apps/e2e/src/rolling.int.test.ts',
  'apps/e2e/src/any-order.int.test.ts',
  'apps/ingest/src/ingest.int.test.ts',
  'apps/projector/src/watch.int.test.ts',
  'libs/stack/src/stack.int.test.ts',
  'apps/projector/src/same-log.int.test.ts',
  'apps/e2e/src/ingest-abuse.int.test.ts',
  'apps/e2e/src/bad-input.int.test.ts',
];

const rankOf = ({ path }) => {
  const rank = longest.findIndex((file) => path.replaceAll('\\', '/').endsWith(file));
  return rank < 0 ? longest.length : rank;
};

/** The longest first; after them, in jest's order. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
