import { freePort } from '@callstream/stack';
import { readMetric, startIngest } from '../../src/system/ingest.ts';
import { startService } from '../../src/system/service-process.ts';

/** A server that receives webhooks in a benchmark. */
export interface WebhookTarget extends AsyncDisposable {
  readonly url: string;
  /** CPU time of its process so far, threads included. */
  readonly cpuSeconds: () => Promise<number>;
  readonly rssBytes: () => Promise<number>;
  readonly metric: (name: string) => Promise<number>;
}

export const targetOf = (url: string, metric: WebhookTarget['metric'], resource: AsyncDisposable): WebhookTarget => ({
  url,
  metric,
  cpuSeconds: () => metric('process_cpu_seconds_total'),
  rssBytes: () => metric('process_resident_memory_bytes'),
  [Symbol.asyncDispose]: () => resource[Symbol.asyncDispose](),
});

/** The bare framework: see bare-koa.ts. */
export async function startCeiling(): Promise<WebhookTarget> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const args = ['apps/e2e/bench/ingest/bare-koa.ts', String(port), String(adminPort)];
  const service = await startService({ name: 'ceiling', args, env: {} }, adminPort);
  return targetOf(`http://127.0.0.1:${port}/webhook`, (name) => readMetric(adminPort, name), service);
}

export interface IngestTarget extends WebhookTarget {
  /** Events that each worker has accepted so far. */
  readonly acceptedByWorker: () => Promise<number[]>;
}

/** An ingest with default settings, except for a spool limit of 10 GB and `workers`. */
export async function startIngestTarget(brokers: readonly string[], topic: string, workers = 1): Promise<IngestTarget> {
  const env = { SPOOL_MAX_BYTES: '10000000000', INGEST_WORKERS: String(workers) };
  const ingest = await startIngest({ brokers, topic, env });
  return {
    ...targetOf(ingest.webhookUrl, ingest.metric, ingest),
    acceptedByWorker: async () =>
      [...(await ingest.metricsText()).matchAll(/^callstream_ingest_worker_accepted_total\{.*\} (\d+)$/gm)].map(
        ([, events]) => Number(events),
      ),
  };
}
