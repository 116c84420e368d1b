import { hintsHeader, queueLogLinesMax } from '@callstream/contracts';
import { queueLogBody } from '@callstream/domain';
import type { FileLine } from './lines.ts';
import { linesBeforeSecond } from './seconds.ts';

/** Most bytes of one request, beside its {@link queueLogLinesMax}: the answer of Kafka, which each request waits for, is shared by many lines. */
const batchBytesMax = 256 * 1024;

/** Lines that are posted in one request. */
export interface LineBatch {
  readonly lines: readonly FileLine[];
  readonly bodies: readonly string[];
}

/** Groups lines into batches, in their order; the lines of one second are in one batch, unless they fill it. */
export function* batchesOf(lines: Iterable<FileLine>): Generator<LineBatch> {
  let batch: { lines: FileLine[]; bodies: string[] } = { lines: [], bodies: [] };
  let bytes = 0;
  for (const line of lines) {
    const body = queueLogBody(line.bytes, line.length);
    while (batch.lines.length >= queueLogLinesMax || (bytes > 0 && bytes + body.length > batchBytesMax)) {
      const cut = linesBeforeSecond(batch.lines, line);
      yield { lines: batch.lines.slice(0, cut), bodies: batch.bodies.slice(0, cut) };
      batch = { lines: batch.lines.slice(cut), bodies: batch.bodies.slice(cut) };
      bytes = batch.bodies.reduce((sum, { length }) => sum + length, 0);
    }
    batch.lines.push(line);
    batch.bodies.push(body);
    bytes += body.length;
  }
  if (batch.lines.length > 0) yield batch;
}

/** Headers of a request with lines. @param isImported they are no news for the live board */
export const headersOf = (isImported: boolean): Record<string, string> => ({
  'content-type': 'application/x-ndjson',
  ...(isImported && { [hintsHeader]: JSON.stringify({ imported: true }) }),
});
