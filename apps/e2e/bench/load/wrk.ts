import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bodies } from './webhook-bodies.ts';
import type { LoadResult, LoadGenerator } from './load-generator.ts';

const execute = promisify(execFile);
const script = join(import.meta.dirname, 'wrk.lua');
/** wrk takes a fifth to a third of the bare framework's CPU, so that one thread is enough and leaves cores for the server. */
const threads = 1;
const timeoutSeconds = 10;

/** https://github.com/wg/wrk, if it is in PATH. */
export async function findWrk(): Promise<LoadGenerator | null> {
  // `wrk -v` prints its version and exits with 1.
  const result = await execute('wrk', ['-v']).catch((error: unknown) => error as { stdout?: string });
  const version = /^wrk \S+/.exec(result.stdout ?? '')?.[0];
  if (version === undefined) return null;
  return { name: version, threads, run: runWrk };
}

const runWrk: LoadGenerator['run'] = async (url, { connections, seconds }) => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-wrk-'));
  try {
    const file = join(folder, 'bodies.ndjson');
    await writeFile(file, bodies.map((body) => `${body}\n`).join(''));
    const size = ['-t', String(threads), '-c', String(connections), '-d', String(seconds)];
    const { stdout } = await execute('wrk', [
      ...size,
      '--timeout',
      String(timeoutSeconds),
      '-s',
      script,
      url,
      '--',
      file,
    ]);
    return parseWrk(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The line that wrk.lua prints; times in microseconds. */
interface WrkLine {
  readonly requests: number;
  readonly duration: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Responses with a status over 399. */
  readonly status: number;
  /** Responses after the timeout; they are included in `requests`. */
  readonly timeout: number;
  readonly socket: number;
  readonly cpuSeconds: number;
}

/** @throws {Error} with the output, if it has no line of wrk.lua */
export function parseWrk(output: string): LoadResult {
  const json = output.split('\n').find((line) => line.startsWith('{'));
  if (json === undefined) throw new Error(`wrk printed no result:\n${output}`);
  const { requests, duration, p50, p99, p999, status, timeout, socket, cpuSeconds } = JSON.parse(json) as WrkLine;
  const seconds = duration / 1e6;
  return {
    requestsPerSecond: requests / seconds,
    p50: p50 / 1e3,
    p99: p99 / 1e3,
    p999: p999 / 1e3,
    answered: requests - status - timeout,
    failed: status + timeout + socket,
    seconds,
    cpuSeconds,
  };
}
