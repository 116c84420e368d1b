// `npm start [-- --open]`, under the pinned Node: Kafka and Postgres, tables and topics, the three services, until Ctrl-C.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startKafka, startPostgres } from '@callstream/stack';
import { Command } from 'commander';
import { publishAddresses } from './addresses.ts';
import { check } from './checks.ts';
import { stopRequest } from './interrupt.ts';
import { lockFolder } from './lock.ts';
import { openPage } from './open-page.ts';
import { runOnce, startService } from './service.ts';
import { readSettings, type Settings } from './settings.ts';
import { supervise } from './supervise.ts';

const root = join(import.meta.dirname, '..');
const say = (line: string) => console.log(line);
const stop = stopRequest(say);

async function up(settings: Settings, isToOpen: boolean): Promise<void> {
  using _lock = lockFolder(settings.dataDir);
  await check(settings);
  // Stopped in reverse: services first, Kafka and Postgres last; also when a part fails to start.
  await using parts = new AsyncDisposableStack();

  const { brokers, databaseUrl } = await startStores(settings, parts);
  const env = { ...process.env, KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl, DATA_DIR: settings.dataDir };
  const topic = process.env['KAFKA_TOPIC'];
  using _addresses = publishAddresses(settings.dataDir, {
    ...{ KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl },
    ...(topic ? { KAFKA_TOPIC: topic } : {}),
  });
  const options = { env, logs: join(settings.dataDir, 'logs'), say };

  stop.check();
  say('Tables and topics …');
  await runOnce('migrate', ['apps/projector/src/main.ts', 'migrate'], options);

  stop.check();
  say('Services …');
  const started = await Promise.allSettled(
    settings.services.map(async (service) => {
      parts.use(await supervise(service.name, { start: () => startService(service, options), say }));
    }),
  );
  throwFirst(started);

  stop.check();
  welcome(settings);
  if (isToOpen) openPage(settings.dashboardUrl, say);
  await stop.requested;
}

async function startStores(
  settings: Settings,
  parts: AsyncDisposableStack,
): Promise<{ brokers: string; databaseUrl: string }> {
  const own = [!settings.kafkaBrokers && 'Kafka', !settings.databaseUrl && 'PostgreSQL'].filter(Boolean);
  if (own.length > 0) say(`${own.join(' and ')} …`);
  let { kafkaBrokers, databaseUrl } = settings;
  const kafka = async () => {
    if (kafkaBrokers !== null) return;
    const dataDir = join(settings.dataDir, 'kafka');
    const part = await supervise('Kafka', {
      start: () => startKafka({ dataDir, say }),
      again: ({ port }) => startKafka({ dataDir, port, say }),
      say,
    });
    parts.use(part);
    kafkaBrokers = part.first.brokers;
  };
  const postgres = async () => {
    if (databaseUrl !== null) return;
    const dataDir = join(settings.dataDir, 'postgres');
    const part = await supervise('PostgreSQL', {
      start: () => startPostgres({ dataDir }),
      again: ({ port }) => startPostgres({ dataDir, port }),
      say,
    });
    parts.use(part);
    databaseUrl = part.first.url;
  };
  throwFirst(await Promise.allSettled([kafka(), postgres()]));
  return { brokers: kafkaBrokers ?? '', databaseUrl: databaseUrl ?? '' };
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason as Error;
}

function welcome({ dashboardUrl, webhookUrl, socketUrl, dataDir }: Settings): void {
  say(`
callstream is ready (${(performance.now() / 1000).toFixed(1)} s).
  dashboard   ${dashboardUrl}
  webhooks    POST ${webhookUrl}
  socket      ${socketUrl}
  try         curl -H 'content-type: application/json' -d '{"type":"call.new","call_id":"1","direction":"inbound","our_number":"100","their_number":"200"}' ${webhookUrl}
  traffic     npm run simulate
  put aside   npm run projector -- dlq list
  logs, data  ${dataDir}
Ctrl-C stops it.`);
}

const { open = false } = new Command('start')
  .description(
    'Starts callstream on this machine, until Ctrl-C: Kafka and Postgres, unless KAFKA_BROKERS and DATABASE_URL name yours; topics, ' +
      'tables, ingest, projector and gateway. Settings are read from the environment and from a file .env: see .env.example.',
  )
  .option('--open', 'open the dashboard in a browser when it is ready')
  .parse()
  .opts<{ open?: boolean }>();

// A terminal or pipe that is gone must not keep us from stopping in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
try {
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
  process.chdir(root);
  await up(readSettings(process.env), open);
  say('Stopped.');
} catch (error) {
  if (stop.isRequested()) say('Stopped.');
  else {
    console.error(`\n${(error as Error).message}`);
    process.exitCode = 1;
  }
}
process.removeAllListeners('disconnect');
if (process.connected) process.disconnect();
