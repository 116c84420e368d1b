import { backoffMs, sleep } from '@callstream/resilience';
import type { EventPoster } from '../post/poster.ts';
import { headersOf } from './batch.ts';
import type { LineBatch } from './batch.ts';
import type { FileLine } from './lines.ts';

export interface PostLinesOptions {
  readonly poster: Pick<EventPoster, 'post'>;
  readonly signal: AbortSignal;
  /** Ingest did not take a batch; it is tried again. Null: it takes them again. */
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

/** Posts lines, in their order, until ingest has stored them, and slows down while ingest is busy. */
export function createLinePoster({ poster, signal, onProblem, onRejected }: PostLinesOptions) {
  const post = async (batch: LineBatch, isImported: boolean): Promise<void> => {
    const body = Buffer.from(`${batch.bodies.join('\n')}\n`);
    for (let failures = 0; ;) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      const result = await poster.post(body, headersOf(isImported));
      if (result.kind === 'failed') {
        onProblem(result.problem);
        await sleep(backoffMs(++failures, backoff), signal);
        continue;
      }
      if (failures > 0) onProblem(null);
      if (result.kind === 'rejected') await postHalves(batch, isImported, result.problem);
      else await sleep(pauseAfterMs(performance.now() - startedAt), signal);
      return;
    }
  };
  /** One line, or the size of all of them, is what ingest rejects. */
  const postHalves = async ({ lines, bodies }: LineBatch, isImported: boolean, problem: string): Promise<void> => {
    const [first] = lines;
    if (lines.length === 1 && first) return onRejected(first, problem);
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
