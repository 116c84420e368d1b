// `npm start [-- --open]`, under the pinned Node: starts Kafka and Postgres, creates tables and topics, and runs the services.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { makePrivateFolder } from '@callstream/files';
import { startKafka, startPostgres } from '@callstream/stack';
import { Command } from 'commander';
import { publishAddresses } from './addresses.ts';
import { preflight } from './preflight.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { stopRequest } from './stop-request.ts';
import { lockFolder } from './lock.ts';
import { runOnce } from './service.ts';
import type { StartSettings } from './settings.ts';
import { startServices } from './start-services.ts';
import { supervise } from './supervise.ts';

const print = (line: string) => console.log(line);
const stop = stopRequest(print);

async function up(settings: StartSettings, shouldOpen: boolean): Promise<void> {
  using _lock = lockFolder(settings.dataDir);
  await preflight(settings);
  // Stopped in reverse order, also if a start fails: services first, Kafka and Postgres last.
  await using parts = new AsyncDisposableStack();

  const started = await startStores(settings, parts);
  const env = { ...process.env, ...started, DATA_DIR: settings.dataDir };
  using _addresses = publishAddresses(settings.dataDir, env);
  const logs = join(settings.dataDir, 'logs');
  makePrivateFolder(logs, print);
  const options = { env, logs, print, signal: stop.signal };

  stop.check();
  print('Tables and topics …');
  await runOnce('migrate', ['apps/projector/src/main.ts', 'migrate'], options);

  stop.check();
  print('Services …');
  await startServices(settings.services, { ...options, parts });

  stop.check();
  welcome(settings);
  if (shouldOpen) openBrowser(settings.dashboardUrl);
  await stop.requested;
}

/** Starts Kafka and Postgres, unless the settings name them. @returns their addresses, as settings of the services */
async function startStores(
  { starts, dataDir }: StartSettings,
  parts: AsyncDisposableStack,
): Promise<{ KAFKA_BROKERS?: string; DATABASE_URL?: string }> {
  const names = [starts.kafka && 'Kafka', starts.postgres && 'PostgreSQL'].filter(Boolean);
  if (names.length > 0) print(`${names.join(' and ')} …`);
  const kafka = async () => {
    if (!starts.kafka) return {};
    const folder = join(dataDir, 'kafka');
    const part = await supervise('Kafka', {
      start: () => startKafka({ dataDir: folder, print }),
      restart: ({ port }) => startKafka({ dataDir: folder, port, print }),
      print,
    });
    parts.use(part);
    return { KAFKA_BROKERS: part.first.brokers };
  };
  const postgres = async () => {
    if (!starts.postgres) return {};
    const folder = join(dataDir, 'postgres');
    const part = await supervise('PostgreSQL', {
      start: () => startPostgres({ dataDir: folder, print }),
      restart: ({ port }) => startPostgres({ dataDir: folder, port, print }),
      print,
    });
    parts.use(part);
    return { DATABASE_URL: part.first.url };
  };
  const [kafkaResult, postgresResult] = await Promise.allSettled([kafka(), postgres()]);
  return { ...valueOf(kafkaResult), ...valueOf(postgresResult) };
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason as Error;
  return result.value;
}

function welcome({ dashboardUrl, webhookUrl, socketUrl, dataDir }: StartSettings): void {
  print(`
callstream is ready (${(performance.now() / 1000).toFixed(1)} s).
  dashboard     ${dashboardUrl}
  webhooks      POST ${webhookUrl}
  socket        ${socketUrl}
  try           curl -H 'content-type: application/json' -d '{"type":"call.new","call_id":"1","direction":"inbound","our_number":"100","their_number":"200"}' ${webhookUrl}
  traffic       npm run simulate
  dead letters  npm run projector -- dlq list
  logs, data    ${dataDir}
Ctrl-C stops it.`);
}

/** The command that opens a URL, by platform; the URL is its last argument. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens a URL in the user's browser; if that fails, prints it. */
function openBrowser(url: string): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  opener.on('error', (error) => print(`The browser cannot be opened (${error.message}): open ${url} yourself.`));
  opener.unref();
}

const { open = false } = new Command('start')
  .description(
    'Starts callstream on this machine and runs it until Ctrl-C: ingest, projector and gateway, with their topics and tables. Starts Kafka ' +
      'and Postgres too, unless KAFKA_BROKERS and DATABASE_URL are set. Settings are read from the environment and .env: see docs/reference/configuration.md.',
  )
  .option('--open', 'open the dashboard in a browser when it is ready')
  .parse()
  .opts<{ open?: boolean }>();

await runUntilStopped(stop, (settings) => up(settings, open));
