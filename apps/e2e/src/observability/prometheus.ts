import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@callstream/stack';
import { pickPort } from '../system/free-port.ts';
import type { ServiceName } from '../system/system.ts';

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

/** A real Prometheus with the project's own configuration. */
export interface Prometheus extends AsyncDisposable {
  /** What an expression gives now. @throws {Error} if Prometheus does not understand it */
  readonly query: (expression: string) => Promise<PrometheusSample[]>;
  readonly rules: () => Promise<AlertRule[]>;
  /** Labels of all alerts that fire now. @throws {Error} if the words of one cannot be made */
  readonly firing: () => Promise<Readonly<Record<string, string>>[]>;
}

/** Which of the programs that Debian's package `prometheus` has are not in PATH. */
export async function missingPrometheusPrograms(): Promise<string[]> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const isThere = (name: string): Promise<boolean> =>
    Promise.any(folders.map((path) => access(join(path, name)))).then(
      () => true,
      () => false,
    );
  const programs = ['prometheus', 'promtool'];
  const there = await Promise.all(programs.map(isThere));
  return programs.filter((_, i) => !there[i]);
}

/** What promtool says of the files as they are. @throws {Error} with its words if something is wrong */
export async function checkPrometheusFiles(): Promise<string> {
  const run = promisify(execFile);
  const config = await run('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
  const rules = await run('promtool', ['check', 'rules', '--lint-fatal', join(folder, 'alerts.yml')]);
  return config.stdout + rules.stdout;
}

/** What promtool has against metrics, a line each. */
export async function lintMetrics(text: string): Promise<string[]> {
  const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(text);
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  await once(child, 'close');
  return said.split('\n').filter((line) => line !== '');
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** The same with every time that it names so many times shorter, but none below a second. */
export const accelerate = (text: string, times: number): string =>
  text.replace(
    /(?<=for: |\[|offset |(?:scrape|evaluation|refresh)_interval: )(\d+)([smh])\b/g,
    (_, count: string, unit: keyof typeof unitMs) =>
      `${Math.max(1_000, Math.round((Number(count) * unitMs[unit]) / times))}ms`,
  );

export interface PrometheusOptions {
  /** The admin port of each service, on 127.0.0.1. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** How much faster it is to look, and to be alarmed. */
  readonly times: number;
}

export async function startPrometheus({ ports, times }: PrometheusOptions): Promise<Prometheus> {
  await using cleanup = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'callstream-prometheus-'));
  cleanup.defer(() => rm(dir, { recursive: true, force: true }));
  const config = (await readFile(join(folder, 'prometheus.yml'), 'utf8')).replace(
    /dns_sd_configs: \[\{ names: \[(\w+)\].*/g,
    (_, name: ServiceName) => `static_configs: [{ targets: ['127.0.0.1:${ports[name]}'] }]`,
  );
  await writeFile(join(dir, 'prometheus.yml'), accelerate(config, times));
  await writeFile(join(dir, 'alerts.yml'), accelerate(await readFile(join(folder, 'alerts.yml'), 'utf8'), times));

  const port = await pickPort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said = `${said}${data.toString()}`.slice(-4_000)));
  const exited = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  cleanup.defer(async () => {
    if (!hasEnded()) child.kill('SIGTERM');
    await exited;
  });

  const url = `http://127.0.0.1:${port}`;
  const isReady = async (): Promise<boolean> => {
    if (hasEnded()) throw new Error(`Prometheus ended before it was ready.\n${said}`);
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  await until(isReady, { timeoutMs: 60_000, onTimeout: () => new Error(`Prometheus is not ready.\n${said}`) });

  const ask = async <T>(path: string): Promise<T> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: T; status: string; error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error ?? answer.status}`);
    return answer.data;
  };
  const owned = cleanup.move();
  return {
    query: async (expression) => {
      type Result =
        | { resultType: 'vector'; result: { metric: PrometheusSample['metric']; value: [number, string] }[] }
        | { resultType: 'scalar'; result: [number, string] };
      const found = await ask<Result>(`query?query=${encodeURIComponent(expression)}`);
      if (found.resultType === 'scalar') return [{ metric: {}, value: Number(found.result[1]) }];
      return found.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: AlertRule[] }[] }>('rules?type=alert');
      return groups.flatMap(({ rules }) => rules);
    },
    firing: async () => {
      const { alerts } = await ask<{ alerts: PrometheusAlert[] }>('alerts');
      const wordless = alerts.find(({ annotations }) => /<error/.test(JSON.stringify(annotations)));
      if (wordless) throw new Error(JSON.stringify(wordless));
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
