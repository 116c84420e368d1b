import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, until } from '@callstream/stack';
import type { ServiceName } from '../system/system.ts';

type ScrapedService = ServiceName | 'asterisk' | 'delegator';

const folder = join(import.meta.dirname, '../../../../docker/observability/prometheus');

interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface AlertRule {
  readonly name: string;
  readonly query: string;
}

interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

/** A Prometheus process with the project's configuration. */
export interface Prometheus extends AsyncDisposable {
  /** Evaluates a PromQL expression now. @throws {Error} with Prometheus' message, if it is invalid */
  readonly query: (expression: string) => Promise<PrometheusSample[]>;
  readonly rules: () => Promise<AlertRule[]>;
  /** Labels of the firing alerts. @throws {Error} if the template of an annotation fails */
  readonly firing: () => Promise<Readonly<Record<string, string>>[]>;
}

/** Programs of the Debian package `prometheus` that are not in PATH. */
export async function missingPrometheusPrograms(): Promise<string[]> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const isInstalled = (name: string): Promise<boolean> =>
    Promise.any(folders.map((path) => access(join(path, name)))).then(
      () => true,
      () => false,
    );
  const programs = ['prometheus', 'promtool'];
  const installed = await Promise.all(programs.map(isInstalled));
  return programs.filter((_, i) => !installed[i]);
}

/** Output of promtool for configuration and rules. @throws {Error} with promtool's message, if it rejects them */
export async function checkPrometheusFiles(): Promise<string> {
  const run = promisify(execFile);
  const config = await run('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
  const rules = await run('promtool', ['check', 'rules', '--lint-fatal', join(folder, 'alerts.yml')]);
  return config.stdout + rules.stdout;
}

/** Problems that promtool finds in the text of /metrics, a line each. */
export async function lintMetrics(text: string): Promise<string[]> {
  const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(text);
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  await once(child, 'close');
  return stderr.split('\n').filter((line) => line !== '');
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Divides every duration of a configuration, rule or expression by `factor`; none gets below one second. */
export const accelerate = (text: string, factor: number): string =>
  text.replace(
    /(?<=for: |\[|offset |(?:scrape|evaluation|refresh)_interval: )(\d+)([smh])\b/g,
    (_, count: string, unit: keyof typeof unitMs) =>
      `${Math.max(1_000, Math.round((Number(count) * unitMs[unit]) / factor))}ms`,
  );

export interface PrometheusOptions {
  /** The admin port of each service, on 127.0.0.1. */
  readonly ports: Readonly<Record<ScrapedService, number>>;
  /** Factor by which it scrapes faster, and alerts wait less. */
  readonly speedUp: number;
}

export async function startPrometheus({ ports, speedUp }: PrometheusOptions): Promise<Prometheus> {
  await using cleanup = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'callstream-prometheus-'));
  cleanup.defer(() => rm(dir, { recursive: true, force: true }));
  await writeConfiguration(dir, { ports, speedUp });
  const port = await freePort();
  const args = [
    `--config.file=${join(dir, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr = `${stderr}${data.toString()}`.slice(-4_000)));
  const exited = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  cleanup.defer(async () => {
    if (!hasEnded()) child.kill('SIGTERM');
    await exited;
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = async (): Promise<boolean> => {
    if (hasEnded()) throw new Error(`Prometheus ended before it was ready.\n${stderr}`);
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until(isReady, { onTimeout: () => new Error(`Prometheus is not ready.\n${stderr}`) });
  const owned = cleanup.move();
  return { ...createApiClient(`${url}/api/v1`), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The files of docker/observability for services on 127.0.0.1, accelerated. */
async function writeConfiguration(dir: string, { ports, speedUp }: PrometheusOptions): Promise<void> {
  const config = (await readFile(join(folder, 'prometheus.yml'), 'utf8')).replace(
    /dns_sd_configs: \[\{ names: \[(\w+)\].*/g,
    (_, name: ScrapedService) => `static_configs: [{ targets: ['127.0.0.1:${ports[name]}'] }]`,
  );
  await writeFile(join(dir, 'prometheus.yml'), accelerate(config, speedUp));
  await writeFile(join(dir, 'alerts.yml'), accelerate(await readFile(join(folder, 'alerts.yml'), 'utf8'), speedUp));
}

type QueryResult =
  | { resultType: 'vector'; result: { metric: PrometheusSample['metric']; value: [number, string] }[] }
  | { resultType: 'scalar'; result: [number, string] };

function createApiClient(apiUrl: string): Pick<Prometheus, 'query' | 'rules' | 'firing'> {
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${apiUrl}/${path}`);
    const { data, status, error } = (await response.json()) as { data: T; status: string; error?: string };
    if (status !== 'success') throw new Error(`${path}: ${error ?? status}`);
    return data;
  };
  return {
    query: async (expression) => {
      const { resultType, result } = await get<QueryResult>(`query?query=${encodeURIComponent(expression)}`);
      if (resultType === 'scalar') return [{ metric: {}, value: Number(result[1]) }];
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    rules: async () => {
      const { groups } = await get<{ groups: { rules: AlertRule[] }[] }>('rules?type=alert');
      return groups.flatMap(({ rules }) => rules);
    },
    firing: async () => {
      const { alerts } = await get<{ alerts: PrometheusAlert[] }>('alerts');
      const broken = alerts.find(({ annotations }) => /<error/.test(JSON.stringify(annotations)));
      if (broken) throw new Error(`The template of an annotation fails: ${JSON.stringify(broken)}`);
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
    },
  };
}
