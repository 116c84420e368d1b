import { hintsHeader, queueLogLinesMax } from '@callstream/contracts';
import { queueLogBody } from '@callstream/domain';
import type { FileLine } from './lines.ts';

/** Most bytes of one request, beside its {@link queueLogLinesMax}: the answer of Kafka, which each request waits for, is shared by many lines. */
const batchBytesMax = 256 * 1024;

/** Lines that are posted in one request. */
export interface LineBatch {
  readonly lines: readonly FileLine[];
  readonly bodies: readonly string[];
}

/** Groups lines into batches, in their order. */
export function* batchesOf(lines: Iterable<FileLine>): Generator<LineBatch> {
  let batch: { lines: FileLine[]; bodies: string[] } = { lines: [], bodies: [] };
  let bytes = 0;
  for (const line of lines) {
    const body = queueLogBody(line.bytes, line.length);
    if (batch.lines.length >= queueLogLinesMax || (bytes > 0 && bytes + body.length > batchBytesMax)) {
      yield batch;
      batch = { lines: [], bodies: [] };
      bytes = 0;
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
