import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@callstream/stack';
import { startConnector } from '../asterisk/connector.ts';
import { startIdleDelegator } from '../delegator/idle-delegator.ts';
import { openDashboard } from '../clients/dashboard.ts';
import { parseExposedMetrics, markdownTable } from './exposed-metrics.ts';
import type { ExposedMetric } from './exposed-metrics.ts';
import { repositoryRoot } from './markdown.ts';
import { createSender } from '../load/sender.ts';
import { startTestSystem } from '../system/test-system.ts';
import type { System } from '../system/system.ts';

const file = join(repositoryRoot, 'docs/reference/metrics.md');
const services = ['INGEST', 'PROJECTOR', 'GATEWAY'] as const;

let exposed: readonly ExposedMetric[];
beforeAll(async () => {
  await using system = await startTestSystem();
  await use(system);
  // Its metrics are there before it has connected to a PBX.
  await using connector = await startConnector({ port: 1 }, {});
  await connector.answers();
  await using delegator = await startIdleDelegator(system.env);
  const perPartition = 'callstream_projector_lag_seconds{';
  const texts = await until(
    async () => {
      const found = await Promise.all(services.map((service) => metricsOf(system, service)));
      return (
        found.join('\n').includes(perPartition) && [
          ...found,
          await connector.metricsText(),
          await delegator.metricsText(),
        ]
      );
    },
    {
      onTimeout: () => new Error('The projector does not expose callstream_projector_lag_seconds.'),
    },
  );
  const all = texts.flatMap(parseExposedMetrics);
  exposed = [...new Map(all.map((metric) => [metric.name, metric])).values()];
});

/** Some metrics get their labels at first use. */
async function use(system: System): Promise<void> {
  await using sender = createSender(system.webhookUrl, 1);
  expect((await sender.post('{"type":"call.new","call_id":"1"}')).status).toBe(200);
  await system.untilProjected();
  await using dashboard = await openDashboard(system.socketUrl);
  await dashboard.listCalls();
}

const metricsOf = async (system: System, service: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${system.env[`${service}_ADMIN_PORT`] ?? ''}/metrics`)).text();

/** The remedy of each metric, from the last column of the page. */
const documentedRemedies = (): ReadonlyMap<string, string> =>
  new Map(
    [...readFileSync(file, 'utf8').matchAll(/^\| `(callstream_\w+)` .*\| ([^|]*) \|$/gm)].map(
      ([, name = '', remedy = '']) => [name, remedy.trim()],
    ),
  );

const isOfProcess = ({ name }: ExposedMetric): boolean => !name.startsWith('callstream_');

function render(metrics: readonly ExposedMetric[]): string {
  const remedies = documentedRemedies();
  const tableOf = (prefix: RegExp): string =>
    markdownTable([
      ['metric', 'type', 'labels', 'meaning', 'when to look, and at what'],
      ...metrics
        .filter(({ name }) => prefix.test(name))
        .map(({ name, type, labels, help }) => {
          const labelCell = [...labels].map((label) => `\`${label}\``).join(', ');
          return [`\`${name}\``, type, labelCell, help, remedies.get(name) ?? ''];
        }),
    ]);
  const node = metrics.filter(isOfProcess).map(({ name, type, help }) => [`\`${name}\``, type, help]);
  return `
## Every service

${tableOf(/^callstream_(?!ingest_|asterisk_|projector_|delegator_|gateway_)/)}

## ingest

${tableOf(/^callstream_ingest_/)}

## asterisk

${tableOf(/^callstream_asterisk_/)}

## projector

${tableOf(/^callstream_projector_/)}

## delegator

${tableOf(/^callstream_delegator_/)}

## gateway

${tableOf(/^callstream_gateway_/)}

## The process

Of every service, by prom-client; some only on Linux.

${markdownTable([['metric', 'type', 'meaning'], ...node])}
`;
}

it('docs/reference/metrics.md lists exactly the metrics of the running services', () => {
  const text = readFileSync(file, 'utf8');
  const marker = /<!-- From here on generated[^\n]*-->\n/.exec(text);
  if (!marker) throw new Error('docs/reference/metrics.md has no marker <!-- From here on generated … -->.');
  const expected = text.slice(0, marker.index + marker[0].length) + render(exposed);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, expected);
  else expect(text).toBe(expected);
});

it('docs/reference/metrics.md says for every metric when to look', () => {
  const remedies = documentedRemedies();
  expect(remedies.size).toBeGreaterThan(50);
  expect([...remedies].filter(([, remedy]) => remedy === '')).toEqual([]);
});

it('metric names follow the conventions of Prometheus: only counters end in _total, and units are base units', () => {
  const ownMetrics = exposed.filter((metric) => !isOfProcess(metric));
  expect(ownMetrics.filter(({ name, type }) => (type === 'counter') !== name.endsWith('_total'))).toEqual([]);
  expect(ownMetrics.filter(({ name }) => /_(ms|millis|minutes|kb|mb)(_|$)/.test(name))).toEqual([]);
});
