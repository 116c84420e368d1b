// `npm run demo:asterisk`, under the pinned Node: a real Asterisk with a trickle of calls, and its connector, beside `npm start`.
import { join } from 'node:path';
import { makePrivateFolder } from '@callstream/files';
import { connectManager, freePort, startAsterisk, until } from '@callstream/stack';
import type { AsteriskServer } from '@callstream/stack';
import { Command, InvalidArgumentError } from 'commander';
import { placeCalls } from './demo-calls.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { startService } from './service.ts';
import type { StartSettings } from './settings.ts';
import { stopRequest } from './stop-request.ts';
import type { RunningProcess } from './supervise.ts';

const print = (line: string) => console.log(line);
const stop = stopRequest(print);

/** Ids of calls, agents and queues begin with it for ever: a PBX that is connected later has others. */
const pbxName = 'demo';

async function demo(secondsPerCall: number, settings: StartSettings): Promise<void> {
  await checkStarted(settings);
  const folder = join(settings.dataDir, 'asterisk-demo');
  makePrivateFolder(folder, print);

  // Stopped in reverse order, also if a start fails.
  await using parts = new AsyncDisposableStack();
  print('Asterisk …');
  const pbx = parts.use(await startAsterisk({ dataDir: join(folder, 'pbx'), print }));
  stop.check();
  print('Its connector …');
  const adminUrl = `http://127.0.0.1:${await freePort()}`;
  const connector = parts.use(await startConnector(pbx, { settings, folder, adminUrl }));
  // First the PBX, and the connector once it has posted all: else the last calls would stay open on the board.
  parts.defer(() => untilPosted(adminUrl));
  parts.defer(() => pbx[Symbol.asyncDispose]());
  const manager = parts.use(await connectManager(pbx.calls));
  stop.check();
  print(`
A real Asterisk is on the board, with a call about every ${secondsPerCall} s. Its queues begin with "${pbxName}:".
  dashboard   ${settings.dashboardUrl}
  logs        ${folder}
Ctrl-C stops it. The log keeps what it sent.`);
  const ended = Promise.race([
    pbx.exited.then((reason) => `Asterisk ended (${reason}): see ${folder}/pbx/asterisk.log.`),
    connector.exited.then((reason) => `The connector ended (${reason}): see ${folder}/asterisk.log.`),
  ]);
  const failure = await Promise.race([placeCalls(manager, { secondsPerCall, signal: stop.signal }), ended]);
  if (failure !== undefined) throw new Error(failure);
}

/** @throws {Error} if `npm start` does not run with these settings */
async function checkStarted({ services }: StartSettings): Promise<void> {
  for (const { name, adminUrl } of services) {
    const response = await fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response === null)
      throw new Error(`${name} does not answer on ${adminUrl}: run \`npm start\` in another terminal first.`);
  }
}

interface ConnectorOptions {
  readonly settings: StartSettings;
  readonly folder: string;
  readonly adminUrl: string;
}

async function startConnector(
  { connector }: AsteriskServer,
  { settings, folder, adminUrl }: ConnectorOptions,
): Promise<RunningProcess> {
  const env: NodeJS.ProcessEnv = Object.assign({}, process.env, {
    ASTERISK_HOST: '127.0.0.1',
    ASTERISK_PORT: String(connector.port),
    ASTERISK_USER: connector.user,
    ASTERISK_SECRET: connector.secret,
    ASTERISK_NAME: pbxName,
    ASTERISK_INGEST_URL: new URL(settings.webhookUrl).origin,
    ASTERISK_ADMIN_PORT: new URL(adminUrl).port,
    ADMIN_HOST: '127.0.0.1',
    DATA_DIR: folder,
  });
  for (const name of ['PATH_SECRET', 'PATH_SECRET_FILE', 'BEARER_TOKEN', 'BEARER_TOKEN_FILE'])
    if (env[`INGEST_${name}`]) env[`ASTERISK_INGEST_${name}`] = env[`INGEST_${name}`];
  return startService(
    {
      name: 'asterisk',
      script: 'apps/asterisk/src/main.ts',
      args: [],
      adminUrl,
      usesTables: false,
    },
    { env, logs: folder, print },
  );
}

const postedWithinMs = 10_000;

/** Resolves when the connector sees that its PBX is gone, and ingest has everything; or when the connector is gone itself. */
async function untilPosted(adminUrl: string): Promise<void> {
  const isPosted = async (): Promise<boolean> => {
    const response = await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
    if (response === null) return true;
    const lines = (await response.text()).split('\n');
    return ['callstream_asterisk_connected 0', 'callstream_asterisk_buffer_records 0'].every((line) =>
      lines.includes(line),
    );
  };
  const onTimeout = () => new Error('Ingest does not take the last events: they are posted at the next start.');
  await until(isPosted, { timeoutMs: postedWithinMs, onTimeout }).catch((error: unknown) =>
    print((error as Error).message),
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

const { every } = new Command('demo:asterisk')
  .description(
    'Starts a real Asterisk with callers, agents and a connector beside a running `npm start`, until Ctrl-C: in Docker if it answers, else ' +
      'for root in a chroot, which is made once and takes three to five minutes. Nothing but this machine reaches it.',
  )
  .option('--every <seconds>', 'average time between two calls', positive, 6)
  .parse()
  .opts<{ every: number }>();

await runUntilStopped(stop, (settings) => demo(every, settings));
