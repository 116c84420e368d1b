import type { Bench } from './bench.ts';
import { buckets } from './projector/buckets.ts';
import { dashboard } from './dashboard.ts';
import { delegator } from './delegator.ts';
import { gateway } from './gateway/gateway.ts';
import { importBench } from './import/import.ts';
import { ingest } from './ingest/ingest.ts';
import { ingestTail } from './ingest/ingest-tail.ts';
import { ingestWorkers } from './ingest/ingest-workers.ts';
import { path } from './path.ts';
import { projector } from './projector/projector.ts';
import { rebuild } from './projector/rebuild.ts';
import { rolling } from './rolling/rolling.ts';
import { runBenches } from './run-benches.ts';
import { stats } from './stats/stats.ts';
import { travel } from './travel/travel.ts';

/** All benchmarks by their NAME in `npm run bench -- NAME`. */
const benches: Readonly<Record<string, Bench>> = {
  buckets,
  dashboard,
  delegator,
  gateway,
  import: importBench,
  ingest,
  'ingest-tail': ingestTail,
  'ingest-workers': ingestWorkers,
  path,
  projector,
  rebuild,
  rolling,
  stats,
  travel,
};

await runBenches({
  name: 'bench',
  description: 'Measures a part of callstream, and says which thresholds it misses (exit code 1).',
  help:
    'A benchmark uses KAFKA_BROKERS and DATABASE_URL, or starts Kafka and Postgres in a temporary folder.' +
    '\nThe machine should do nothing else.',
  benches,
});
