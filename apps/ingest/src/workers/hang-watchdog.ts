import type { Worker } from 'node:cluster';
import { sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';

/** Pause after an answer, in ms. Without one the next ping follows at once, as the deadline of a call has passed. */
const pingEveryMs = 5_000;
/** Pings in a row without an answer until a worker counts as hanging: with the deadline of a call of 5 s, half a minute. */
const missedMax = 6;

export interface HangWatchdogOptions {
  /** Rejects if the worker does not answer before the deadline of a call. */
  readonly ping: () => Promise<unknown>;
  /** Called when a ping was missed, and when one is answered again. */
  readonly onChange: (isAnswering: boolean) => void;
}

/** Kills a worker that hangs, so that it is replaced: its connections would never be answered. */
export async function killIfItHangs(
  { process, worker, log }: { readonly process: Worker; readonly worker: number; readonly log: Log },
  options: HangWatchdogOptions,
): Promise<void> {
  const ended = new AbortController();
  for (const event of ['exit', 'disconnect']) process.once(event, () => ended.abort());
  if (!(await hangs(options, ended.signal))) return;
  log.error({ worker, pid: process.process.pid }, 'worker.hangs');
  process.process.kill('SIGKILL');
}

/**
 * Resolves with true once a worker hangs; with false when `signal` is aborted, as it has ended. Counts missed pings, not time: after a
 * suspend of the machine none is missed.
 */
export async function hangs({ ping, onChange }: HangWatchdogOptions, signal: AbortSignal): Promise<boolean> {
  let missed = 0;
  const hasEnded = (): boolean => signal.aborted;
  while (!hasEnded()) {
    try {
      await ping();
      if (missed > 0) onChange(true);
      missed = 0;
      await sleep(pingEveryMs, signal);
    } catch {
      if (hasEnded()) return false;
      if (missed === 0) onChange(false);
      if (++missed >= missedMax) return true;
    }
  }
  return false;
}
