import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { encodeBatch, encodeRecords, produceRaw, until } from '@callstream/stack';
import { connectPublisher } from '@callstream/runtime';
import { poolOf } from '@callstream/tables/testing';
import { WebSocket } from 'ws';
import { checkPrometheusFiles, lintMetrics, accelerate, missingPrometheusPrograms } from './prometheus.ts';
import { textOf } from '../asterisk/ami-server.ts';
import { createSender } from '../load/sender.ts';
import { runOnce } from '../system/service-process.ts';
import { rulesText, startMonitoredSystem } from './monitored-system.ts';
import type { MonitoredSystem } from './monitored-system.ts';

/** Prometheus scrapes every second, and a minute of a rule takes two seconds. */
const speedUp = 30;
const dashboards = join(import.meta.dirname, '../../../../docker/observability/grafana/dashboards');

/** The PromQL expressions of a Grafana dashboard. */
async function expressionsOf(file: string): Promise<string[]> {
  const text = await readFile(join(dashboards, file), 'utf8');
  const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** The operands of an alert's expression: unlike the comparison, they have values while nothing is wrong. */
const operandsOf = (query: string): string[] =>
  query.split(/ (?:and|or|unless|==|!=|>|<|>=|<=) /).map((operand) => operand.replace(/^absent\((.*)\)$/, '$1').trim());

const missing = await missingPrometheusPrograms();
if (missing.length > 0)
  console.warn(`Alerts are not tested: ${missing.join(' and ')} not in PATH. Install the Debian package prometheus.`);
const skipped = missing.length > 0 ? ` (skipped: ${missing.join(' and ')} not in PATH)` : '';

(missing.length > 0 ? describe.skip : describe)(`a system monitored by Prometheus${skipped}`, () => {
  let monitored: MonitoredSystem;
  beforeAll(async () => {
    monitored = await startMonitoredSystem({
      settings: { SPOOL_MAX_BYTES: '200000', GATEWAY_SOCKETS_PER_ADDRESS_MAX: '10' },
      speedUp,
    });
  });
  afterAll(() => monitored[Symbol.asyncDispose](), 60_000);

  it('Prometheus has a configuration and rules that promtool accepts', async () => {
    expect(await checkPrometheusFiles()).toMatch(/24 rules found/);
  });

  it('every service exposes metrics that promtool accepts, except three of prom-client', async () => {
    for (const service of ['INGEST', 'PROJECTOR', 'GATEWAY']) {
      const response = await fetch(`http://127.0.0.1:${monitored.system.env[`${service}_ADMIN_PORT`] ?? ''}/metrics`);
      const problems = await lintMetrics(await response.text());
      expect(problems.filter((line) => !/^nodejs_active_(handles|requests|resources)_total /.test(line))).toEqual([]);
    }
  });

  it('Prometheus has values for every expression of the dashboards, and for every operand of the alerts', async () => {
    const { prometheus } = monitored;
    const displayed = (await Promise.all((await readdir(dashboards)).map(expressionsOf))).flat();
    const compared = (await prometheus.rules()).flatMap(({ query }) => operandsOf(query));
    expect(displayed.length).toBeGreaterThan(60);
    expect(compared.length).toBeGreaterThan(30);
    const expressions = [
      ...displayed.map((expr) => accelerate(expr.replaceAll('$__rate_interval', '5m'), speedUp)),
      ...compared,
    ];
    await Promise.all(
      expressions.map((expression) =>
        until(async () => (await prometheus.query(expression)).some(({ value }) => !Number.isNaN(value)), {
          timeoutMs: 90_000,
          everyMs: 1_000,
          onTimeout: () => new Error(`Prometheus has no value for: ${expression}`),
        }),
      ),
    );
  });

  it('Prometheus fires no alert while nothing is wrong', async () => {
    await monitored.resolves(...(await monitored.prometheus.rules()).map(({ name }) => name));
    expect(await monitored.prometheus.firing()).toEqual([]);
  });

  it('Prometheus fires alerts for spool, lost events and old boards while Kafka is unavailable', async () => {
    await monitored.kafka.proxy.refuse();
    await Promise.all([
      monitored.fires('CallstreamEventsOnSpool'),
      monitored.fires('CallstreamSpoolFilling'),
      monitored.fires('CallstreamEventsLost'),
      monitored.fires('CallstreamBoardOld'),
    ]);
    await monitored.kafka.proxy.resume();
    await monitored.resolves('CallstreamEventsOnSpool', 'CallstreamSpoolFilling', 'CallstreamEventsLost');
    await monitored.resolves('CallstreamBoardOld', 'CallstreamNotReady');
  });

  it('Prometheus fires alerts for the projection, readiness and failing requests while Postgres is unavailable', async () => {
    await monitored.postgres.refuse();
    await Promise.all([
      monitored.fires('CallstreamProjectionBehind'),
      monitored.fires('CallstreamProjectionStopped'),
      monitored.fires('CallstreamNotReady', { job: 'projector' }),
      monitored.fires('CallstreamQuestionsFail', { asked_over: 'socket' }),
    ]);
    await monitored.postgres.resume();
    await monitored.resolves('CallstreamProjectionBehind', 'CallstreamProjectionStopped', 'CallstreamNotReady');
    await monitored.resolves('CallstreamQuestionsFail');
  });

  it('Prometheus fires alerts for a down service and a stopped projection while the projector hangs', async () => {
    monitored.projector.freeze();
    await Promise.all([
      monitored.fires('CallstreamServiceDown', { job: 'projector' }),
      monitored.fires('CallstreamProjectionStopped'),
    ]);
    monitored.projector.thaw();
    await monitored.resolves('CallstreamServiceDown', 'CallstreamProjectionStopped');
  });

  it('Prometheus fires the alert for old counts while the buckets of a day cannot be counted', async () => {
    const pool = poolOf(monitored.system.db);
    await pool.query('alter table visit_buckets add constraint refused check (false) not valid');
    await monitored.fires('CallstreamCountsOld');
    await pool.query('alter table visit_buckets drop constraint refused');
    await monitored.resolves('CallstreamCountsOld');
  });

  it('Prometheus fires the alert for dead letters when the topic has a record that is not an event', async () => {
    const { kafka, topic } = monitored.system;
    await using publisher = await connectPublisher(kafka);
    await publisher.publishBatch([{ topic, partition: 0, key: 'poison', value: Buffer.from('{'), headers: {} }]);
    await monitored.fires('CallstreamDeadLetters', { kind: 'undecodable' });
    await monitored.resolves('CallstreamDeadLetters');
  });

  it('Prometheus fires the alert for an unreadable batch until an operator skips it', async () => {
    const { topic, env } = monitored.system;
    const batch = encodeBatch({
      attributes: 4,
      count: 1,
      payload: zstdCompressSync(encodeRecords([Buffer.alloc(65 * 1024 * 1024)])),
    });
    const [broker = ''] = monitored.kafka.brokers;
    const { firstOffset } = await produceRaw(broker, { topic, partition: 0, batch });
    await monitored.fires('CallstreamUnreadableBatch', { job: 'projector' });
    await monitored.fires('CallstreamUnreadableBatch', { job: 'gateway' });
    const args = ['apps/projector/src/main.ts', 'dlq', 'skip-batch', `0:${firstOffset}`];
    await runOnce({ name: 'skip-batch', args, env });
    await monitored.resolves('CallstreamUnreadableBatch', 'CallstreamDeadLetters', 'CallstreamBoardOld');
  });

  it('Prometheus fires the alert for refused webhooks when a sender posts invalid bodies', async () => {
    {
      await using sender = createSender(monitored.system.webhookUrl, 1);
      const posting = setInterval(() => void sender.post('{"call_id":1}').catch(() => undefined), 100);
      await monitored.fires('CallstreamWebhooksRefused').finally(() => clearInterval(posting));
    }
    await monitored.resolves('CallstreamWebhooksRefused');
  });

  it('Prometheus fires the alert for unknown types when a sender misspells one, and no longer when it stops', async () => {
    {
      await using sender = createSender(monitored.system.webhookUrl, 1);
      let n = 0;
      const body = () => JSON.stringify({ type: 'call.finish', call_id: '1', n: n++ });
      const posting = setInterval(() => void sender.post(body()).catch(() => undefined), 100);
      await monitored.fires('CallstreamUnknownTypes').finally(() => clearInterval(posting));
    }
    await monitored.resolves('CallstreamUnknownTypes');
  });

  it('Prometheus fires the alert for dropped dashboards when an address opens too many sockets', async () => {
    const sockets = Array.from({ length: 20 }, () => new WebSocket(monitored.system.socketUrl));
    for (const socket of sockets) socket.on('error', () => undefined);
    await monitored.fires('CallstreamDashboardsDropped', { cause: 'full' });
    for (const socket of sockets) socket.terminate();
    await monitored.resolves('CallstreamDashboardsDropped');
  });

  it('Prometheus fires alerts for calls that are not answered, and for rules that are refused', async () => {
    await using sender = createSender(monitored.system.webhookUrl, 1);
    await writeFile(monitored.rulesFile, 'rules: []');
    // The provider of the delegator is down.
    await sender.post('{"type":"call.standby","call_id":"waits"}');
    await monitored.fires('CallstreamCallsNotAnswered', { outcome: 'failed' });
    await monitored.fires('CallstreamRulesRefused');
    await writeFile(monitored.rulesFile, rulesText);
    await monitored.resolves('CallstreamCallsNotAnswered', 'CallstreamRulesRefused');
  });

  it('Prometheus fires alerts for restarts and quarantined records when ingest is killed and a spool file is corrupt', async () => {
    const spool = join(monitored.system.env['DATA_DIR'] ?? '', 'spool');
    /** Waits until Prometheus has scraped a process other than `before`: a restart between two scrapes would not count. */
    const scrapedStart = (before?: number): Promise<number> =>
      until(
        async () => {
          const [found] = await monitored.prometheus.query('process_start_time_seconds{job="ingest"}');
          return found?.value !== before && found?.value;
        },
        { onTimeout: () => new Error('Prometheus has not scraped the new process.') },
      );
    let process = await scrapedStart();
    for (let start = 0; start < 2; start++) {
      await monitored.system.kill('ingest');
      await mkdir(spool, { recursive: true });
      if (start === 1) await writeFile(join(spool, '000000000000.db'), 'no database');
      await monitored.system.start('ingest');
      process = await scrapedStart(process);
    }
    await Promise.all([
      monitored.fires('CallstreamRestarting', { job: 'ingest' }),
      monitored.fires('CallstreamSpoolSetAside'),
    ]);
    await monitored.system.kill('ingest');
    for (const file of await readdir(spool)) if (file.endsWith('.torn')) await rm(join(spool, file));
    await monitored.system.start('ingest');
    await monitored.resolves('CallstreamSpoolSetAside', 'CallstreamRestarting');
  });

  it('Prometheus fires alerts for a PBX that is away, and for a buffer that ingest does not take', async () => {
    const { pbx, connector, toIngest } = monitored.asterisk;
    await toIngest.refuse();
    // Ingest rejects the first: its id is too long.
    pbx.send(textOf({ Event: 'QueueCallerJoin', Queue: 'support', Linkedid: 'x'.repeat(2_000) }));
    pbx.play();
    await Promise.all([monitored.fires('CallstreamPbxEventsWait'), monitored.fires('CallstreamPbxBufferFilling')]);
    await toIngest.resume();
    await monitored.resolves('CallstreamPbxEventsWait', 'CallstreamPbxBufferFilling');
    await monitored.fires('CallstreamPbxBufferSetAside');

    pbx.refuse(true);
    pbx.cut();
    await monitored.fires('CallstreamPbxAway');
    await connector.kill();
    await rm(join(connector.dataDir, 'asterisk', 'refused.db'));
    pbx.refuse(false);
    connector.start();
    await monitored.resolves('CallstreamPbxAway', 'CallstreamPbxBufferSetAside');
  });

  it('Prometheus fires the alert for stopped webhooks when none arrive', async () => {
    monitored.traffic.stop();
    await monitored.fires('CallstreamWebhooksStopped');
    monitored.traffic.begin();
    await monitored.resolves('CallstreamWebhooksStopped');
  });
});
