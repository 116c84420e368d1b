import { backoffMs, sleep } from '@callstream/resilience';
import type { EventPoster } from '../post/poster.ts';
import { headersOf } from './batch.ts';
import type { LineBatch } from './batch.ts';
import type { FileLine } from './lines.ts';

export interface PostLinesOptions {
  readonly poster: Pick<EventPoster, 'post'>;
  readonly signal: AbortSignal;
  /** Why ingest does not take batches, which are tried again; null: it takes them again. Called when that changes. */
  readonly onProblem: (problem: string | null) => void;
  /** Ingest will never take this line. */
  readonly onRejected: (line: FileLine, problem: string) => void;
}

const backoff = { firstMs: 200, maxMs: 10_000, jitter: 0.5 };

/**
 * Longest time in which ingest answers a batch while it has nothing else to do, in ms. If it takes longer, it is busy with live events, or
 * its machine is.
 */
const idleAnswerMs = 250;
/** Longest pause after a batch, in ms. */
const pauseMsMax = 2_000;

/** How long to wait after a batch that took `ms`: the busier ingest is, the smaller the share of its time that an import takes. */
export const pauseAfterMs = (ms: number): number =>
  ms <= idleAnswerMs ? 0 : Math.min(pauseMsMax, ms * Math.min(4, ms / idleAnswerMs - 1));

/** Posts lines until ingest has stored them, and slows down while ingest is busy: a pause is one of all batches. */
export function createLinePoster({ poster, signal, onProblem, onRejected }: PostLinesOptions) {
  let problem: string | null = null;
  let pausedUntil = 0;
  const setProblem = (current: string | null): void => {
    if (current !== problem) onProblem(current);
    problem = current;
  };
  /** Another batch may prolong the pause meanwhile. */
  const untilResumed = async (): Promise<void> => {
    while (pausedUntil > performance.now() && !signal.aborted) await sleep(pausedUntil - performance.now(), signal);
  };
  const post = async (batch: LineBatch, isImported: boolean): Promise<void> => {
    const body = Buffer.from(`${batch.bodies.join('\n')}\n`);
    for (let failures = 0; ;) {
      await untilResumed();
      signal.throwIfAborted();
      const startedAt = performance.now();
      const result = await poster.post(body, headersOf(isImported));
      if (result.kind === 'failed') {
        setProblem(result.problem);
        await sleep(backoffMs(++failures, backoff), signal);
        continue;
      }
      setProblem(null);
      if (result.kind === 'rejected') return postHalves(batch, isImported, result.problem);
      const answeredAt = performance.now();
      pausedUntil = Math.max(pausedUntil, answeredAt + pauseAfterMs(answeredAt - startedAt));
      return;
    }
  };
  /** One line, or the size of all of them, is what ingest rejects. */
  const postHalves = async ({ lines, bodies }: LineBatch, isImported: boolean, reason: string): Promise<void> => {
    const [first] = lines;
    if (lines.length === 1 && first) return onRejected(first, reason);
    const half = Math.ceil(lines.length / 2);
    for (const [from, to] of [
      [0, half],
      [half, lines.length],
    ] as const)
      await post({ lines: lines.slice(from, to), bodies: bodies.slice(from, to) }, isImported);
  };
  return post;
}

export type PostLines = ReturnType<typeof createLinePoster>;
