import { sleep } from '@callstream/resilience';
import { agents, callIds, placeCall, queues } from '@callstream/stack';
import type { Manager, PlacedCall, QueueName } from '@callstream/stack';

export interface TrickleOptions {
  /** Average time between two calls, in s. */
  readonly secondsPerCall: number;
  /** Ends the calls. */
  readonly signal: AbortSignal;
}

/** More calls at once than this are no longer a trickle. */
const openCallsMax = 12;

/** Lets callers call and agents take breaks, by chance, until `signal`; then all hang up. @throws {Error} if the PBX refuses something */
export async function placeCalls(manager: Manager, { secondsPerCall, signal }: TrickleOptions): Promise<void> {
  const failing = new AbortController();
  const stopping = AbortSignal.any([signal, failing.signal]);
  const open = new Set<Promise<void>>();
  const breaks = createBreaks(manager);
  await breaks.endAll();
  const nextId = callIds();
  while (!stopping.aborted) {
    if (open.size < openCallsMax) {
      const call = placeCall(manager, randomCall(nextId()))
        .catch((error: unknown) => failing.abort(error))
        .finally(() => open.delete(call));
      open.add(call);
    }
    await breaks.next();
    await sleep(between(0.5, 1.5) * secondsPerCall * 1_000, stopping);
  }
  failing.signal.throwIfAborted();
  if (open.size > 0) await manager.send('Hangup', { Channel: String.raw`/^Local\/.*@from-trunk-.*;1$/` });
  await Promise.all(open);
}

const between = (min: number, max: number): number => Math.round((min + Math.random() * (max - min)) * 10) / 10;
const isChance = (share: number): boolean => Math.random() < share;

/** Most are answered; some callers hang up first, press the key, or are transferred, and some agents do not answer in time. */
function randomCall(id: string): PlacedCall {
  const [queue, other]: readonly [QueueName, QueueName] = isChance(0.6) ? ['support', 'sales'] : ['sales', 'support'];
  return {
    id,
    queue,
    timesOutAfterS: 45,
    agents: Object.fromEntries(
      Object.keys(agents).map((extension) => [
        extension,
        { ringsS: between(1, queues[queue].ringS * 1.2), talksS: between(10, 40) },
      ]),
    ),
    ...(isChance(0.15) && { hangsUpAfterS: between(3, 15) }),
    ...(isChance(0.05) && { pressesKeyAfterS: between(3, 10) }),
    ...(isChance(0.1) && { transfer: { to: other, afterS: between(3, 8) } }),
  };
}

/** At most one agent has a break, so that the others can answer. */
function createBreaks(manager: Manager) {
  let onBreak: string | null = null;
  const pauseAgent = (extension: string, isPaused: boolean): Promise<void> =>
    manager.send('QueuePause', { Interface: `Local/${extension}@agents/n`, Paused: String(isPaused) });
  return {
    endAll: async (): Promise<void> => {
      for (const extension of Object.keys(agents)) await pauseAgent(extension, false);
    },
    /** Begins or ends a break, by chance. */
    next: async (): Promise<void> => {
      if (isChance(0.8)) return;
      const extensions = Object.keys(agents);
      const extension: string = onBreak ?? extensions[Math.floor(Math.random() * extensions.length)] ?? '';
      onBreak = onBreak === null ? extension : null;
      await pauseAgent(extension, onBreak !== null);
    },
  };
}
