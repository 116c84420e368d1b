import { setTimeout as pause } from 'node:timers/promises';
import { endOffsets } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';
import { liveSchema, projectionId, readBlockingTransactions, trySwap } from '@callstream/tables';
import type { BlockingTransaction, Position, TrySwapOptions, Tables } from '@callstream/tables';
import { retryTransient } from '../../supervision/retry-transient.ts';
import type { Follower } from './follower.ts';

/** Records that may be missing in total when a swap is tried: what is written in some tens of milliseconds. */
const behindMax = 500;
/** Longest that writers are held up for the tables to catch up, in ms. */
const catchUpMs = 300;
/** Between two looks at who has the positions open, and at the end of the log. */
const lookEveryMs = 200;
/** The reason for waiting is told again after this long. */
const sayEveryMs = 10_000;

export interface SwapOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Of the live projection. */
  readonly live: Tables;
  readonly incoming: TrySwapOptions['incoming'];
  /** Keeps the incoming projection up with the log; null if only projectors of another version can. */
  readonly follower: Follower | null;
  /** Partitions whose live position the log does not reach any more: there, nothing can be caught up with. */
  readonly lost: ReadonlySet<number>;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly say: (line: string) => void;
}

/**
 * Puts the incoming projection in the place of the live one, as soon as it is up with it and nobody has the positions
 * open for long. Tries for as long as it takes; nobody waits for it longer than half a second at a time.
 * @returns how long writers were held up, in ms; null if Postgres could not tell us that it had swapped
 */
export async function swap(options: SwapOptions): Promise<number | null> {
  const { live, incoming, follower, signal, say, log } = options;
  const waiting = sayNowAndThen(say);
  const id = await projectionId(live, incoming);
  const attempt = async (): Promise<{ heldMs: number | null } | { reason: string }> => {
    // An attempt whose commit arrived, and whose answer did not.
    if ((await projectionId(live, liveSchema)) === id) return { heldMs: null };
    // It may have been left standing by an attempt that broke.
    follower?.resume();
    return trySafely(options);
  };
  for (; ; await pause(lookEveryMs, undefined, { signal })) {
    const result = await retryTransient(attempt, { signal, onRetry: () => undefined, log });
    if ('heldMs' in result) return result.heldMs;
    follower?.resume();
    waiting(result.reason);
  }
}

/** Tries only if nobody has to wait long for it. */
async function trySafely(options: SwapOptions): Promise<{ heldMs: number } | { reason: string }> {
  const { kafka, topic, live, incoming, follower, lost, signal } = options;
  const behind = follower?.behind(await endOffsets(kafka, topic)) ?? 0;
  if (behind > behindMax)
    return { reason: `The swap waits until the new tables are up with the log: ${behind} records to go.` };
  const holder = await findLongHolder(live, signal);
  if (holder)
    return {
      reason:
        `The swap waits for a transaction that has read the positions and is still open: ${holder.who} (backend ${holder.pid}). ` +
        `Nobody is held up. End that transaction, or "select pg_terminate_backend(${holder.pid})".`,
    };
  const catchUp = async (positions: readonly Position[]): Promise<boolean> => {
    const wanted = positions.filter(({ partition }) => !lost.has(partition));
    return follower === null || follower.catchUp(wanted, catchUpMs);
  };
  const swapped = await trySwap(live, { incoming, catchUp });
  if (swapped.kind === 'swapped') return { heldMs: swapped.heldMs };
  return {
    reason:
      swapped.kind === 'held'
        ? 'The swap did not get the positions for itself at once, and tries again.'
        : `The swap could not catch up within ${catchUpMs} ms, and tries again.`,
  };
}

/** A transaction that has the positions open in two looks. To stand in line behind it would hold up everybody else. */
async function findLongHolder(live: Tables, signal: AbortSignal): Promise<BlockingTransaction | undefined> {
  const before = new Set((await readBlockingTransactions(live)).map(({ transaction }) => transaction));
  if (before.size === 0) return undefined;
  await pause(lookEveryMs, undefined, { signal });
  return (await readBlockingTransactions(live)).find(({ transaction }) => before.has(transaction));
}

/** Says a line, and the next one only if it is another, or after a while. */
function sayNowAndThen(say: (line: string) => void): (line: string) => void {
  let saidAt = -Infinity;
  let said = '';
  return (line) => {
    const kind = line.replace(/\d+/g, '');
    if (kind === said && performance.now() - saidAt < sayEveryMs) return;
    say(line);
    said = kind;
    saidAt = performance.now();
  };
}

/** How long writers were held up, as text. */
export const waitText = (heldMs: number | null): string =>
  heldMs === null ? 'the connection broke meanwhile' : `writers waited ${Math.ceil(heldMs)} ms`;
