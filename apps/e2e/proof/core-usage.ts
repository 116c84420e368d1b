import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/** What a process has had of the cores since its start, in ms. */
interface CoreTime {
  readonly command: string;
  readonly runningMs: number;
  /** Its main thread was ready to run, while others had the cores. */
  readonly waitingMs: number;
}

interface CoreMeasurement {
  /** Who ran, and who waited for a core, since the last call. Linux only: others do not say it. */
  readonly sinceLast: () => Promise<string>;
}

/** Names of commands that are no processes of callstream. */
const commandNames: Readonly<Record<string, string>> = { java: 'Kafka', postgres: 'Postgres' };
/** Linux counts running in hundredths of a second, waiting in nanoseconds. */
const [tickMs, nsPerMs] = [10, 1e6];

/** @param nameOf the names of processes by their ids; those of one name are added up */
export async function startCoreMeasurement(nameOf: ReadonlyMap<number | undefined, string>): Promise<CoreMeasurement> {
  let [before, beganAt] = [await readAll(), performance.now()];
  return {
    sinceLast: async () => {
      const [now, nowAt] = [await readAll(), performance.now()];
      const ran = new Map<string, number>();
      const waited = new Map<string, number>();
      for (const [pid, { command, runningMs, waitingMs }] of now) {
        const name = nameOf.get(pid) ?? commandNames[command] ?? 'others';
        const from = before.get(pid) ?? { runningMs: 0, waitingMs: 0 };
        ran.set(name, (ran.get(name) ?? 0) + runningMs - from.runningMs);
        // Several processes of a name wait at the same time.
        if (nameOf.has(pid)) waited.set(name, (waited.get(name) ?? 0) + waitingMs - from.waitingMs);
      }
      const ms = nowAt - beganAt;
      [before, beganAt] = [now, nowAt];
      const cores = availableParallelism();
      return `ran, of ${cores} cores: ${shares(ran, ms * cores)}; waited for a core: ${shares(waited, ms)}`;
    },
  };
}

/** Those of 1 % and more, the largest first. */
const shares = (amounts: ReadonlyMap<string, number>, whole: number): string =>
  [...amounts]
    .map(([name, amount]) => [name, (100 * amount) / whole] as const)
    .filter(([, percent]) => percent >= 1)
    .sort(([, a], [, b]) => b - a)
    .map(([name, percent]) => `${name} ${percent.toFixed(0)} %`)
    .join(', ') || 'none';

/** All processes by their ids; those that end meanwhile are left out. */
async function readAll(): Promise<Map<number, CoreTime>> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0);
  const times = await Promise.all(pids.map(async (pid) => [pid, await readCoreTime(pid)] as const));
  return new Map(times.filter((entry): entry is [number, CoreTime] => entry[1] !== null));
}

async function readCoreTime(pid: number): Promise<CoreTime | null> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8');
  try {
    const [stat, schedstat] = await Promise.all([read('stat'), read(`task/${pid}/schedstat`)]);
    const [begin, end] = [stat.indexOf('('), stat.lastIndexOf(')')];
    const fields = stat
      .slice(end + 2)
      .split(' ')
      .map(Number);
    const [, waitedNs = 0] = schedstat.split(' ').map(Number);
    // utime and stime: the 14th and 15th field, of which two come before the state.
    const ticks = (fields[11] ?? 0) + (fields[12] ?? 0);
    return { command: stat.slice(begin + 1, end), runningMs: ticks * tickMs, waitingMs: waitedNs / nsPerMs };
  } catch {
    return null;
  }
}
