import { readFile } from 'node:fs/promises';

/** What the event loop of a process has had of the cores since its start, in ms. */
export interface CoreTime {
  readonly runningMs: number;
  /** Ready to run, while others had the cores. */
  readonly waitingMs: number;
}

/** Of the main thread of a process; null where the system does not say it: only Linux does. */
export async function readCoreTime(pid: number | undefined): Promise<CoreTime | null> {
  const text = await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const [running = 0, waiting = 0] = text.split(' ').map(Number);
  return { runningMs: running / 1e6, waitingMs: waiting / 1e6 };
}
