import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { decode, queueLogBody } from '@callstream/domain';
import type { CallEvent, DialplanJudge } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime/event-uuid';

/** A line of a capture, and what it means. */
export interface DecodedLine {
  /** From 1. */
  readonly line: number;
  readonly decoded: { readonly event: CallEvent } | { readonly problem: string };
}

export interface DecodeLinesOptions {
  readonly source: string;
  readonly sourceName: string | null;
  readonly judge: DialplanJudge;
}

/** The time of a line of a queue_log: what follows is no JSON. */
const queueLogLine = /^\d{9,10}\|/;

/** Decodes a capture, in its order; empty lines are left out. @throws {Error} if the file cannot be read */
export async function* decodeLines(path: string, options: DecodeLinesOptions): AsyncGenerator<DecodedLine> {
  let line = 0;
  try {
    const input = path === '-' ? process.stdin : createReadStream(path, 'latin1');
    if (path === '-') process.stdin.setEncoding('latin1');
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      // As bytes: a line that is no UTF-8 is a problem of the event, which the domain finds.
      const bytes = Buffer.from(text, 'latin1');
      if (text.trim() !== '') yield { line, decoded: decodeLine(bytes, line, options) };
    }
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function decodeLine(bytes: Buffer, line: number, { source, sourceName, judge }: DecodeLinesOptions) {
  const isQueueLog = source === 'asterisk' && queueLogLine.test(bytes.toString('latin1', 0, 16));
  const { value, receivedAt } = isQueueLog
    ? { value: Buffer.from(queueLogBody(bytes)), receivedAt: null }
    : withoutReception(bytes);
  const hints = source === 'asterisk' ? judge(value) : null;
  return decode({
    value,
    source,
    sourceName,
    hints: isQueueLog ? JSON.stringify({ imported: true }) : hints,
    partition: 0,
    offset: line,
    receivedAt: receivedAt ?? Date.now(),
    uuidOf: (withTime, prefix) =>
      eventUuid(value, withTime ? (receivedAt?.toString() ?? `line ${line}`) : undefined, prefix),
  });
}

/** The event without the time at which it was captured, if it has one. */
function withoutReception(bytes: Buffer): { value: Buffer; receivedAt: number | null } {
  const unchanged = { value: bytes, receivedAt: null };
  try {
    const { received_at, ...event } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const receivedAt = typeof received_at === 'string' ? Date.parse(received_at) : NaN;
    return Number.isNaN(receivedAt) ? unchanged : { value: Buffer.from(JSON.stringify(event)), receivedAt };
  } catch {
    return unchanged;
  }
}
