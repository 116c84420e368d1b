import Sequencer from '@jest/test-sequencer';

/** Long tests start first: jest knows no durations in a fresh clone, and a long test that starts last runs alone at the end. */
const longest = [
  'apps/e2e/src/abuse/abuse.int.test.ts',
  'apps/e2e/src/screens/dashboard-page.int.test.ts',
  'apps/e2e/src/ingest/kafka-unavailable.int.test.ts',
  'apps/e2e/src/asterisk/asterisk.int.test.ts',
  'apps/e2e/src/delegator/delegator.int.test.ts',
  'apps/gateway/src/board/outages.int.test.ts',
  'apps/e2e/src/projector/failures.int.test.ts',
  'apps/projector/src/rebuild/rebuild.int.test.ts',
  'apps/e2e/src/commands/doctor.int.test.ts',
  'apps/projector/src/dlq/command.int.test.ts',
  'apps/e2e/src/ingest/spool.int.test.ts',
  'libs/stack/src/stack.int.test.ts',
  'apps/e2e/src/calls/numbers.int.test.ts',
  'apps/e2e/src/security/tls-and-acls.int.test.ts',
  'apps/e2e/src/rebuild/rebuild.int.test.ts',
  'apps/gateway/src/socket/sockets.int.test.ts',
  'apps/e2e/src/fuzz/fuzz.int.test.ts',
  'apps/e2e/src/rebuild/upgrade.int.test.ts',
  'apps/e2e/src/calls/any-order.int.test.ts',
  'apps/projector/src/supervision/postgres-failures.int.test.ts',
  'apps/e2e/src/faults/no-gap.int.test.ts',
  'apps/projector/src/supervision/stall-watchdog.int.test.ts',
  'apps/e2e/src/restarts/rolling.int.test.ts',
  'apps/e2e/src/ingest/abuse.int.test.ts',
  'apps/e2e/src/ingest/workers.int.test.ts',
  'apps/projector/src/supervision/check-log.int.test.ts',
  'apps/projector/src/dlq/dead-letters.int.test.ts',
  'apps/e2e/src/screens/live-board.int.test.ts',
  'apps/e2e/src/proxies/nginx.int.test.ts',
  'apps/gateway/src/access/access.int.test.ts',
  'apps/e2e/src/docs/metrics.int.test.ts',
  'apps/gateway/src/http/api.int.test.ts',
  'apps/e2e/src/restarts/stop-delay.int.test.ts',
  'apps/projector/src/dlq/unreadable-batch.int.test.ts',
  'apps/projector/src/migrate.int.test.ts',
  'apps/e2e/src/commands/npm-start.int.test.ts',
  'apps/ingest/src/ingest.int.test.ts',
  'apps/e2e/src/commands/saved-addresses.int.test.ts',
  'apps/gateway/src/board/board.int.test.ts',
  'apps/projector/src/projection.int.test.ts',
  'apps/e2e/src/ingest/unknown-types-and-clocks.int.test.ts',
  'apps/e2e/src/commands/simulator.int.test.ts',
  'apps/gateway/src/outbox/unsent-budget.int.test.ts',
  'apps/e2e/src/calls/lives.int.test.ts',
];

const rankOf = ({ path }) => {
  const rank = longest.findIndex((file) => path.replaceAll('\\', '/').endsWith(file));
  return rank < 0 ? longest.length : rank;
};

/** Sorts the tests above first; the others stay in jest's order. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
