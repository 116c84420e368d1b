import type { CallEvent } from '@callstream/domain';
import { eventLine, lineEnd } from './rows.ts';
import { Utf8Buffer } from './utf8-buffer.ts';

/** Events as lines of COPY's text format, by uuid: what two transactions both have, they take in the same order. */
export interface EventLines {
  readonly bytes: Buffer;
  /** In their order. */
  readonly uuids: readonly string[];
}

/** The events of a batch, each once. */
export interface EventLinesBuilder {
  readonly add: (event: CallEvent) => void;
  /** At the end, once. */
  readonly lines: () => EventLines;
}

/** One row: the record with the least id, and how many records are it. */
interface BufferedEvent {
  readonly id: number;
  /** Where its line stands, but for its end. */
  readonly from: number;
  readonly to: number;
  readonly deliveries: number;
}

/** Keeps nothing of an event but its line: what lives on until a batch is complete, the garbage collector copies. */
export function createEventLines(): EventLinesBuilder {
  const text = new Utf8Buffer();
  const rows = new Map<string, BufferedEvent>();
  const write = (event: CallEvent): Omit<BufferedEvent, 'deliveries'> => {
    const from = text.length;
    text.write(eventLine(event));
    return { id: event.id, from, to: text.length };
  };
  return {
    add: (event) => {
      const known = rows.get(event.uuid);
      if (!known) rows.set(event.uuid, { ...write(event), deliveries: 1 });
      else rows.set(event.uuid, { ...(event.id < known.id ? write(event) : known), deliveries: known.deliveries + 1 });
    },
    lines: () => {
      const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const bytes = linesOf(text, sorted);
      text.release();
      return { bytes, uuids: sorted.map(([uuid]) => uuid) };
    },
  };
}

function linesOf(text: Utf8Buffer, rows: readonly (readonly [string, BufferedEvent])[]): Buffer {
  const ends = rows.map(([, { deliveries }]) => lineEnd(deliveries));
  const length = rows.reduce((sum, [, { from, to }], i) => sum + to - from + (ends[i]?.length ?? 0), 0);
  const lines = Buffer.allocUnsafeSlow(length);
  let at = 0;
  rows.forEach(([, { from, to }], i) => {
    at = text.copy(lines, at, from, to);
    at += lines.write(ends[i] ?? '', at, 'latin1');
  });
  return lines;
}
