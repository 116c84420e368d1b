import type { CallEvent } from '@callstream/domain';
import { eventLine, lineEnd } from './rows.ts';
import { Utf8Buffer } from './utf8-buffer.ts';

/** Events as lines of COPY's text format, ordered by uuid: transactions with common events lock them in the same order. */
export interface EventLines {
  readonly bytes: Buffer;
  /** In the order of the lines. */
  readonly uuids: readonly string[];
}

/** Builds the lines of a batch, one per distinct event. */
export interface EventLinesBuilder {
  readonly add: (event: CallEvent) => void;
  /** Call it once, at the end. */
  readonly lines: () => EventLines;
}

/** One row: the first delivery of an event, and the number of its deliveries. */
interface BufferedEvent {
  readonly id: number;
  /** Position of its line in the buffer, without the end of the line. */
  readonly from: number;
  readonly to: number;
  readonly deliveries: number;
}

/** Keeps only the line of an event: the garbage collector would copy objects that live until the batch is complete. */
export function createEventLines(): EventLinesBuilder {
  const buffer = new Utf8Buffer();
  const rows = new Map<string, BufferedEvent>();
  const write = (event: CallEvent): Omit<BufferedEvent, 'deliveries'> => {
    const from = buffer.length;
    buffer.write(eventLine(event));
    return { id: event.id, from, to: buffer.length };
  };
  return {
    add: (event) => {
      const known = rows.get(event.uuid);
      if (!known) rows.set(event.uuid, { ...write(event), deliveries: 1 });
      else rows.set(event.uuid, { ...(event.id < known.id ? write(event) : known), deliveries: known.deliveries + 1 });
    },
    lines: () => {
      const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const bytes = linesOf(buffer, sorted);
      buffer.release();
      return { bytes, uuids: sorted.map(([uuid]) => uuid) };
    },
  };
}

function linesOf(buffer: Utf8Buffer, rows: readonly (readonly [string, BufferedEvent])[]): Buffer {
  const ends = rows.map(([, { deliveries }]) => lineEnd(deliveries));
  const length = rows.reduce((sum, [, { from, to }], i) => sum + to - from + (ends[i]?.length ?? 0), 0);
  const lines = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  rows.forEach(([, { from, to }], i) => {
    offset += buffer.subarray(from, to).copy(lines, offset);
    offset += lines.write(ends[i] ?? '', offset, 'latin1');
  });
  return lines;
}
