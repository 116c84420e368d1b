import { connectPublisher } from '@callstream/runtime';
import type { Kafka, Log, Readiness } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { connectTables } from '@callstream/tables';
import type { Tables, TablesOptions } from '@callstream/tables';
import { createMetrics } from '../src/metrics.ts';
import type { ProjectorMetrics } from '../src/metrics.ts';
import { startProjection } from '../src/projection.ts';
import { createRetryTracker } from '../src/supervision/retry-tracker.ts';
import { silent } from './fixture.ts';
import type { ProjectorFixture } from './fixture.ts';

export interface ProjectorOptions extends Partial<TablesOptions> {
  readonly kafka?: Kafka;
  readonly refusedPerMinute?: number;
  readonly stallMs?: number;
  readonly log?: Log;
}

/** A projector in this process: everything that `run` starts except the admin port. */
export interface TestProjector extends AsyncDisposable {
  readonly failure: Promise<never>;
  readonly ready: () => Readiness;
  readonly db: Tables;
  readonly metrics: ProjectorMetrics;
  /** Value of a metric, summed over the label combinations that include `labels`. */
  readonly metric: (
    name: keyof ProjectorMetrics,
    labels?: Readonly<Record<string, string | number>>,
  ) => Promise<number>;
  /** Resolves once the reason of `ready` matches; null: once it is ready. */
  readonly untilReadiness: (reason: RegExp | null) => Promise<void>;
}

export async function startProjector(
  fixture: ProjectorFixture,
  options: ProjectorOptions = {},
): Promise<TestProjector> {
  await using cleanup = new AsyncDisposableStack();
  const { kafka = fixture.kafka, log = silent, refusedPerMinute = 10, stallMs = 120_000, ...tables } = options;
  const stopping = new AbortController();
  const metrics = createMetrics();
  const retries = createRetryTracker({ signal: stopping.signal, onRetry: () => metrics.retries.inc(), log });
  const db = connectTables({ url: fixture.databaseUrl, applicationName: 'projector', ...tables });
  cleanup.defer(() => db.end());
  const publisher = cleanup.use(await connectPublisher(kafka));
  cleanup.defer(() => stopping.abort());
  const projection = cleanup.use(
    await startProjection({
      kafka,
      db,
      publisher,
      topic: fixture.topic,
      groupId: `projector-${fixture.topic}`,
      concurrency: 4,
      refusedPerMinute,
      stallMs,
      retries,
      metrics,
      signal: stopping.signal,
      log,
    }),
  );
  cleanup.defer(() => stopping.abort());
  const reasonNotReady = (): string | null => {
    const readiness = projection.ready();
    return typeof readiness === 'string' ? readiness : null;
  };
  const owned = cleanup.move();
  return {
    failure: projection.failure,
    ready: projection.ready,
    db,
    metrics,
    metric: (name, labels = {}) => sumOf(metrics, name, labels),
    untilReadiness: async (wanted) => {
      await until(() => (wanted === null ? reasonNotReady() === null : wanted.test(reasonNotReady() ?? '')), {
        onTimeout: () => new Error(`Readiness is: ${reasonNotReady() ?? 'ready'}`),
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function sumOf(
  metrics: ProjectorMetrics,
  name: keyof ProjectorMetrics,
  labels: Readonly<Record<string, string | number>>,
): Promise<number> {
  const metric = metrics[name];
  if (!('get' in metric)) throw new Error(`${name} is not a metric.`);
  const { values } = await metric.get();
  const matching = values.filter((value) =>
    Object.entries(labels).every(([label, wanted]) => (value.labels as Record<string, unknown>)[label] === wanted),
  );
  return matching.reduce((sum, { value }) => sum + value, 0);
}
