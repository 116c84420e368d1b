import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@callstream/stack';
import { startService } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';

export interface IngestOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Folder of its spool. Default: a temporary one, removed at the end. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Largest file that it may write, in bytes. Default: no limit. */
  readonly fileBytesMax?: number;
  /** Gets each line of its output. */
  readonly onLine?: (line: string) => void;
  /** User that it runs as; default: the user of this process. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** An ingest process. */
export interface Ingest extends AsyncDisposable {
  readonly webhookUrl: string;
  readonly adminPort: string;
  readonly service: ServiceProcess;
  readonly dataDir: string;
  readonly readyz: () => Promise<{ status: number; text: string }>;
  readonly metricsText: () => Promise<string>;
  /** Value of a metric, summed over its labels. */
  readonly metric: (name: string) => Promise<number>;
}

export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { brokers, topic, dataDir, env = {}, fileBytesMax, onLine, user } = options;
  await using cleanup = new AsyncDisposableStack();
  const [port, adminPort] = [await freePort(), await freePort()];
  const ownDir = dataDir === undefined ? await mkdtemp(join(tmpdir(), 'callstream-ingest-')) : undefined;
  if (ownDir !== undefined) cleanup.defer(() => rm(ownDir, { recursive: true, force: true }));
  const folder = dataDir ?? ownDir ?? '';
  const settings = {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC: topic,
    DATA_DIR: folder,
    INGEST_HOST: '127.0.0.1',
    ADMIN_HOST: '127.0.0.1',
    INGEST_PORT: String(port),
    INGEST_ADMIN_PORT: String(adminPort),
    LOG_LEVEL: 'info',
  };
  const service = await startService(
    {
      name: 'ingest',
      args: ['apps/ingest/src/main.ts'],
      env: { ...settings, ...env },
      ...(fileBytesMax !== undefined && { fileBytesMax }),
      ...(onLine && { onLine }),
      ...(user && { user }),
    },
    adminPort,
  );
  cleanup.use(service);
  const admin = `http://127.0.0.1:${adminPort}`;
  const owned = cleanup.move();
  return {
    webhookUrl: `http://127.0.0.1:${port}/webhook`,
    adminPort: String(adminPort),
    service,
    dataDir: folder,
    readyz: async () => {
      const response = await fetch(`${admin}/readyz`);
      return { status: response.status, text: (await response.text()).trim() };
    },
    metricsText: () => readMetrics(adminPort),
    metric: (name) => readMetric(adminPort, name),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const readMetrics = async (adminPort: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();

/** Value of a service's metric, summed over its labels. @throws {Error} if the service does not expose it */
export async function readMetric(adminPort: number, name: string): Promise<number> {
  const text = await readMetrics(adminPort);
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (lines.length === 0) throw new Error(`/metrics has no metric ${name}.`);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
