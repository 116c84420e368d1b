// `npm start [-- --open]`, under the pinned Node: Kafka and Postgres, tables and topics, the three services, until Ctrl-C.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from '@callstream/files';
import { startKafka, startPostgres } from '@callstream/stack';
import { Command } from 'commander';
import { publishAddresses } from './addresses.ts';
import { preflight } from './preflight.ts';
import { stopRequest } from './stop-request.ts';
import { lockFolder } from './lock.ts';
import { openBrowser } from './open-browser.ts';
import { runOnce } from './service.ts';
import { readSettings, type StartSettings } from './settings.ts';
import { startServices } from './start-services.ts';
import { supervise } from './supervise.ts';

const root = join(import.meta.dirname, '..');
const say = (line: string) => console.log(line);
const stop = stopRequest(say);

async function up(settings: StartSettings, isToOpen: boolean): Promise<void> {
  using _lock = lockFolder(settings.dataDir);
  await preflight(settings);
  // Stopped in reverse: services first, Kafka and Postgres last; also when a part fails to start.
  await using parts = new AsyncDisposableStack();

  const started = await startStores(settings, parts);
  const env = { ...process.env, ...started, DATA_DIR: settings.dataDir };
  using _addresses = publishAddresses(settings.dataDir, env);
  const logs = join(settings.dataDir, 'logs');
  makePrivateFolder(logs, say);
  const options = { env, logs, say, signal: stop.signal };

  stop.check();
  say('Tables and topics …');
  await runOnce('migrate', ['apps/projector/src/main.ts', 'migrate'], options);

  stop.check();
  say('Services …');
  await startServices(settings.services, { ...options, parts });

  stop.check();
  welcome(settings);
  if (isToOpen) openBrowser(settings.dashboardUrl, say);
  await stop.requested;
}

/** Starts the stores that nobody has named. @returns where they are, as settings of the services */
async function startStores(
  { starts, dataDir }: StartSettings,
  parts: AsyncDisposableStack,
): Promise<{ KAFKA_BROKERS?: string; DATABASE_URL?: string }> {
  const own = [starts.kafka && 'Kafka', starts.postgres && 'PostgreSQL'].filter(Boolean);
  if (own.length > 0) say(`${own.join(' and ')} …`);
  const kafka = async () => {
    if (!starts.kafka) return {};
    const folder = join(dataDir, 'kafka');
    const part = await supervise('Kafka', {
      start: () => startKafka({ dataDir: folder, say }),
      again: ({ port }) => startKafka({ dataDir: folder, port, say }),
      say,
    });
    parts.use(part);
    return { KAFKA_BROKERS: part.first.brokers };
  };
  const postgres = async () => {
    if (!starts.postgres) return {};
    const folder = join(dataDir, 'postgres');
    const part = await supervise('PostgreSQL', {
      start: () => startPostgres({ dataDir: folder, say }),
      again: ({ port }) => startPostgres({ dataDir: folder, port, say }),
      say,
    });
    parts.use(part);
    return { DATABASE_URL: part.first.url };
  };
  const [ofKafka, ofPostgres] = await Promise.allSettled([kafka(), postgres()]);
  return { ...valueOf(ofKafka), ...valueOf(ofPostgres) };
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason as Error;
  return result.value;
}

function welcome({ dashboardUrl, webhookUrl, socketUrl, dataDir }: StartSettings): void {
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
      'tables, ingest, projector and gateway. Settings are read from the environment and from a file .env: see docs/reference/configuration.md.',
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
