import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '@callstream/stack';
import { readMetric } from '../system/ingest.ts';
import { launch } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import { amiSecret, amiUser } from './ami-server.ts';
import type { AmiServer } from './ami-server.ts';

/** A process of the connector, with a folder that outlives it. */
export interface Connector extends AsyncDisposable {
  readonly adminPort: number;
  /** Its DATA_DIR. */
  readonly dataDir: string;
  readonly start: () => void;
  readonly kill: () => Promise<void>;
  readonly metric: (name: string) => Promise<number>;
  /** Resolves once its admin port answers. */
  readonly answers: () => Promise<void>;
  readonly metricsText: () => Promise<string>;
  readonly readyz: () => Promise<string>;
  readonly tail: () => string;
  /** Resolves once it has logged this: its log comes later than its answers. */
  readonly logged: (text: string) => Promise<void>;
  /** Resolves once it has asked the PBX what is going on, and posts what it says. */
  readonly connected: () => Promise<void>;
  /** Resolves once ingest has stored all that is in the buffer, and at least `events` in all. */
  readonly posted: (events: number) => Promise<void>;
}

export async function startConnector(
  pbx: Pick<AmiServer, 'port'>,
  settings: Readonly<Record<string, string>>,
): Promise<Connector> {
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-asterisk-'));
  const adminPort = await freePort();
  const env = Object.assign(
    {
      ASTERISK_HOST: '127.0.0.1',
      ASTERISK_PORT: String(pbx.port),
      ASTERISK_USER: amiUser,
      ASTERISK_SECRET: amiSecret,
      ASTERISK_EXTENSIONS: '_2XX',
      ASTERISK_QUEUE_CONTEXTS: 'q-support=support,q-sales=sales',
      ASTERISK_ADMIN_PORT: String(adminPort),
      ADMIN_HOST: '127.0.0.1',
      DATA_DIR: dataDir,
    },
    settings,
  );
  const launchProcess = (): ServiceProcess => launch({ name: 'asterisk', args: ['apps/asterisk/src/main.ts'], env });
  let service = launchProcess();
  const metric = (name: string): Promise<number> => readMetric(adminPort, name);
  const wait = async (what: string, isDone: () => Promise<boolean>, state = () => ''): Promise<void> => {
    await until(() => isDone().catch(() => false), {
      onTimeout: () => new Error(`The connector ${what}. ${state()}\n${service.tail()}`),
    });
  };
  return {
    adminPort,
    dataDir,
    start: () => void (service = launchProcess()),
    kill: () => service.kill(),
    metric,
    answers: () => wait('does not answer', async () => (await metric('callstream_ready')) >= 0),
    metricsText: async () => (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text(),
    readyz: async () => (await (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).text()).trim(),
    tail: () => service.tail(),
    logged: (text) => wait(`does not log "${text}"`, () => Promise.resolve(service.hasPrinted(text))),
    connected: () => wait('does not connect', async () => (await metric('callstream_asterisk_connected')) === 1),
    posted: (events) => {
      let [waiting, posted] = [0, 0];
      const isPosted = async (): Promise<boolean> => {
        waiting = await metric('callstream_asterisk_buffer_records');
        posted = await metric('callstream_asterisk_buffer_drained_total');
        return waiting === 0 && posted >= events;
      };
      return wait('does not post all events', isPosted, () => `Posted ${posted} of ${events}, ${waiting} wait.`);
    },
    [Symbol.asyncDispose]: async () => {
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
