import { randomUUID } from 'node:crypto';
import { decode, isKind } from '@callstream/domain';
import type { CallEvent, TextField } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { createEventBatch, dryRunBatch, withConnection } from '@callstream/tables';
import type { Tables } from '@callstream/tables';

/**
 * Tells a bad record from a bad deploy after Postgres has refused `refused`: writes an ordinary event of the same kind by the
 * same code, and rolls it back. Senders cannot influence the outcome.
 * @returns the error if Postgres refuses the ordinary event too (a bad deploy); null if it accepts it (a bad record)
 */
export async function probeWithOrdinaryEvent(db: Tables, refused: LogRecord): Promise<Error | null> {
  const { add, batch } = createEventBatch();
  add(ordinaryEvent(refused));
  return withConnection(db, (client) => dryRunBatch(client, batch()));
}

/** An event with every field, short and plain; in every column if the refused one is. */
function ordinaryEvent(refused: LogRecord): CallEvent {
  const decoded = decode(logEntry(refused));
  const like = 'event' in decoded ? decoded.event : null;
  const ordinary = decode(logEntry(ordinaryRecord(refused, like?.kind ?? '')));
  if ('problem' in ordinary) throw new Error(`The ordinary event is none: ${ordinary.problem}`);
  const { event } = ordinary;
  return like ? { ...event, source: like.source, sourceName: like.sourceName, facts: like.facts && [event] } : event;
}

/** An undocumented kind becomes `call.new`. */
function ordinaryRecord(refused: LogRecord, refusedKind: string): LogRecord {
  const kind = isKind(refusedKind) ? refusedKind : 'call.new';
  const id = randomUUID();
  const texts: Record<TextField, string> = {
    type: kind,
    call_id: `ordinary.${id}`,
    actor: `ordinary.${id}@example.com`,
    queue: '900',
    code: '42',
    destination: '901',
    number: '200',
    our_number: '1130300000',
    their_number: '11988887777',
    their_number_type: 'mobile',
    reason: 'lunch',
    direction: 'inbound',
    url: 'https://example.com/recording.mp3',
  };
  const value = Buffer.from(JSON.stringify({ ...texts, timestamp: new Date().toISOString() }));
  const { topic, partition, offset } = refused;
  return { topic, partition, offset, key: null, value, headers: new Map(), timestamp: Date.now() };
}
