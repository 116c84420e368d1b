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

/** A projector in this process: everything that `run` starts, but the admin port. */
export interface TestProjector extends AsyncDisposable {
  readonly failure: Promise<never>;
  readonly ready: () => Readiness;
  readonly db: Tables;
  readonly metrics: ProjectorMetrics;
  /** A metric; of one with labels the sum of those that have `labels`. */
  readonly metric: (
    name: keyof ProjectorMetrics,
    labels?: Readonly<Record<string, string | number>>,
  ) => Promise<number>;
  /** Resolves once `ready` says what matches. */
  readonly says: (text: RegExp | null) => Promise<void>;
}

export async function startProjector(world: ProjectorFixture, options: ProjectorOptions = {}): Promise<TestProjector> {
  await using cleanup = new AsyncDisposableStack();
  const { kafka = world.kafka, log = silent, refusedPerMinute = 10, stallMs = 120_000, ...tables } = options;
  const stopping = new AbortController();
  const metrics = createMetrics();
  const troubles = createRetryTracker({ signal: stopping.signal, onRetry: () => metrics.retries.inc(), log });
  const db = connectTables({ url: world.databaseUrl, applicationName: 'projector', ...tables });
  cleanup.defer(() => db.end());
  const publisher = cleanup.use(await connectPublisher(kafka));
  cleanup.defer(() => stopping.abort());
  const projection = cleanup.use(
    await startProjection({
      ...{ kafka, db, publisher, refusedPerMinute, stallMs, troubles, metrics, log },
      ...{ topic: world.topic, groupId: `projector-${world.topic}`, concurrency: 4, signal: stopping.signal },
    }),
  );
  cleanup.defer(() => stopping.abort());
  const text = (): string | null => {
    const readiness = projection.ready();
    return typeof readiness === 'string' ? readiness : null;
  };
  const owned = cleanup.move();
  return {
    ...{ failure: projection.failure, ready: projection.ready, db, metrics },
    metric: async (name, labels = {}) => {
      const of = metrics[name];
      if (!('get' in of)) throw new Error(`${name} is no metric.`);
      const { values } = await of.get();
      const wanted = values.filter((value) =>
        Object.entries(labels).every(([label, is]) => (value.labels as Record<string, unknown>)[label] === is),
      );
      return wanted.reduce((sum, { value }) => sum + value, 0);
    },
    says: async (wanted) => {
      await until(() => (wanted === null ? text() === null : wanted.test(text() ?? '')), {
        timeoutMs: 60_000,
        onTimeout: () => new Error(`It says: ${text() ?? 'ready'}`),
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
