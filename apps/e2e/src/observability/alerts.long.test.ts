import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { encodeBatch, encodeRecords, produceRaw, until } from '@callstream/stack';
import { connectPublisher } from '@callstream/runtime';
import { WebSocket } from 'ws';
import { checkPrometheusFiles, lintMetrics, accelerate, missingPrometheusPrograms } from './prometheus.ts';
import { createSender } from '../load/sender.ts';
import { runOnce } from '../system/service-process.ts';
import { startMonitoredSystem } from './monitored-system.ts';
import type { MonitoredSystem } from './monitored-system.ts';

/** Prometheus looks each second, and minutes are two seconds. */
const times = 30;
const dashboards = join(import.meta.dirname, '../../../../docker/observability/grafana/dashboards');

/** The expressions of a dashboard, with its name. */
async function expressionsOf(file: string): Promise<string[]> {
  const text = await readFile(join(dashboards, file), 'utf8');
  const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** What is compared in the expression of an alert: that has values also while all is well. */
const operandsOf = (query: string): string[] =>
  query.split(/ (?:and|or|unless|==|!=|>|<|>=|<=) /).map((operand) => operand.replace(/^absent\((.*)\)$/, '$1').trim());

const missing = await missingPrometheusPrograms();
if (missing.length > 0)
  console.warn(`No alert is tried here: ${missing.join(' and ')} not in PATH. Debian: prometheus.`);
const skipped = missing.length > 0 ? ` (skipped: ${missing.join(' and ')} not in PATH)` : '';

(missing.length > 0 ? describe.skip : describe)(`a system that is watched${skipped}`, () => {
  let watched: MonitoredSystem;
  beforeAll(async () => {
    watched = await startMonitoredSystem({
      settings: { SPOOL_MAX_BYTES: '200000', GATEWAY_SOCKETS_PER_ADDRESS_MAX: '10' },
      times,
    });
  }, 180_000);
  afterAll(() => watched[Symbol.asyncDispose](), 60_000);

  it('has a configuration and rules that promtool finds right', async () => {
    expect(await checkPrometheusFiles()).toMatch(/16 rules found/);
  });

  it('has metrics that promtool finds right, but for three that prom-client has', async () => {
    for (const service of ['INGEST', 'PROJECTOR', 'GATEWAY']) {
      const answer = await fetch(`http://127.0.0.1:${watched.system.env[`${service}_ADMIN_PORT`] ?? ''}/metrics`);
      const wrong = await lintMetrics(await answer.text());
      expect(wrong.filter((line) => !/^nodejs_active_(handles|requests|resources)_total /.test(line))).toEqual([]);
    }
  });

  it('has values for every expression of every dashboard, and for what each alert compares', async () => {
    const { prometheus } = watched;
    const shown = (await Promise.all((await readdir(dashboards)).map(expressionsOf))).flat();
    const compared = (await prometheus.rules()).flatMap(({ query }) => operandsOf(query));
    expect(shown.length).toBeGreaterThan(60);
    expect(compared.length).toBeGreaterThan(30);
    const expressions = [
      ...shown.map((expr) => accelerate(expr.replaceAll('$__rate_interval', '5m'), times)),
      ...compared,
    ];
    await Promise.all(
      expressions.map((expression) =>
        until(async () => (await prometheus.query(expression)).some(({ value }) => !Number.isNaN(value)), {
          timeoutMs: 90_000,
          everyMs: 1_000,
          onTimeout: () => new Error(`No value: ${expression}`),
        }),
      ),
    );
  });

  it('raises no alert while all is well', async () => {
    await watched.resolves(...(await watched.prometheus.rules()).map(({ name }) => name));
    expect(await watched.prometheus.firing()).toEqual([]);
  });

  it('Kafka is away: events go to the spool, it fills, events are lost, and boards grow old', async () => {
    await watched.kafka.proxy.refuse();
    await Promise.all([
      watched.fires('CallstreamEventsOnSpool'),
      watched.fires('CallstreamSpoolFilling'),
      watched.fires('CallstreamEventsLost'),
      watched.fires('CallstreamBoardOld'),
    ]);
    await watched.kafka.proxy.resume();
    await watched.resolves('CallstreamEventsOnSpool', 'CallstreamSpoolFilling', 'CallstreamEventsLost');
    await watched.resolves('CallstreamBoardOld', 'CallstreamNotReady');
  });

  it('Postgres is away: the projection stops and falls behind, nobody is ready, and questions fail', async () => {
    await watched.postgres.refuse();
    await Promise.all([
      watched.fires('CallstreamProjectionBehind'),
      watched.fires('CallstreamProjectionStopped'),
      watched.fires('CallstreamNotReady', { job: 'projector' }),
      watched.fires('CallstreamQuestionsFail', { asked_over: 'socket' }),
    ]);
    await watched.postgres.resume();
    await watched.resolves('CallstreamProjectionBehind', 'CallstreamProjectionStopped', 'CallstreamNotReady');
    await watched.resolves('CallstreamQuestionsFail');
  });

  it('the projector is frozen: it does not answer, and the gateway sees that nothing gets into the tables', async () => {
    watched.projector.freeze();
    await Promise.all([
      watched.fires('CallstreamServiceDown', { job: 'projector' }),
      watched.fires('CallstreamProjectionStopped'),
    ]);
    watched.projector.thaw();
    await watched.resolves('CallstreamServiceDown', 'CallstreamProjectionStopped');
  });

  it('something that is no event is on the topic: dead letters', async () => {
    const { kafka, topic } = watched.system;
    await using publisher = await connectPublisher(kafka);
    await publisher.publishBatch([{ topic, partition: 0, key: 'poison', value: Buffer.from('{'), headers: {} }]);
    await watched.fires('CallstreamDeadLetters', { kind: 'undecodable' });
    await watched.resolves('CallstreamDeadLetters');
  });

  it('a batch cannot be read: its partition stands still, until an operator skips it', async () => {
    const { topic, env } = watched.system;
    const batch = encodeBatch({
      ...{ attributes: 4, count: 1 },
      payload: zstdCompressSync(encodeRecords([Buffer.alloc(65 * 1024 * 1024)])),
    });
    const [broker = ''] = watched.kafka.brokers;
    const { firstOffset } = await produceRaw(broker, { topic, partition: 0, batch });
    await watched.fires('CallstreamUnreadableBatch', { job: 'projector' });
    await watched.fires('CallstreamUnreadableBatch', { job: 'gateway' });
    const args = ['apps/projector/src/main.ts', 'dlq', 'skip-batch', `0:${firstOffset}`];
    await runOnce({ name: 'skip-batch', args, env });
    await watched.resolves('CallstreamUnreadableBatch', 'CallstreamDeadLetters', 'CallstreamBoardOld');
  });

  it('a sender posts what is no event: webhooks are refused', async () => {
    {
      await using sender = createSender(watched.system.webhookUrl, 1);
      const posting = setInterval(() => void sender.post('{"call_id":1}').catch(() => undefined), 100);
      await watched.fires('CallstreamWebhooksRefused').finally(() => clearInterval(posting));
    }
    await watched.resolves('CallstreamWebhooksRefused');
  });

  it('more dashboards come than may: they are dropped', async () => {
    const sockets = Array.from({ length: 20 }, () => new WebSocket(watched.system.socketUrl));
    for (const socket of sockets) socket.on('error', () => undefined);
    await watched.fires('CallstreamDashboardsDropped', { cause: 'full' });
    for (const socket of sockets) socket.terminate();
    await watched.resolves('CallstreamDashboardsDropped');
  });

  it('ingest is killed again and again, and its spool is torn: it restarts, and something is set aside', async () => {
    const spool = join(watched.system.env['DATA_DIR'] ?? '', 'spool');
    /** Waits until Prometheus sees a process that it did not see `before`: what begins and ends between two looks is not seen. */
    const seen = (before?: number): Promise<number> =>
      until(
        async () => {
          const [found] = await watched.prometheus.query('process_start_time_seconds{job="ingest"}');
          return found?.value !== before && found?.value;
        },
        { timeoutMs: 30_000, onTimeout: () => new Error('Prometheus does not see the process.') },
      );
    let process = await seen();
    for (let start = 0; start < 2; start++) {
      await watched.system.kill('ingest');
      await mkdir(spool, { recursive: true });
      if (start === 1) await writeFile(join(spool, '000000000000.db'), 'no database');
      await watched.system.start('ingest');
      process = await seen(process);
    }
    await Promise.all([
      watched.fires('CallstreamRestarting', { job: 'ingest' }),
      watched.fires('CallstreamSpoolSetAside'),
    ]);
    await watched.system.kill('ingest');
    for (const file of await readdir(spool)) if (file.endsWith('.torn')) await rm(join(spool, file));
    await watched.system.start('ingest');
    await watched.resolves('CallstreamSpoolSetAside', 'CallstreamRestarting');
  });

  it('no webhook comes any more', async () => {
    watched.traffic.stop();
    await watched.fires('CallstreamWebhooksStopped');
    watched.traffic.begin();
    await watched.resolves('CallstreamWebhooksStopped');
  });
});
