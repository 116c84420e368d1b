import { randomUUID } from 'node:crypto';
import { decode, isKind } from '@callstream/domain';
import type { TextField } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { dryRunBatch, withConnection } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { foldRecords } from './fold-records.ts';

/**
 * Tells a bad record from a bad deploy after Postgres has refused `refused`: writes an ordinary event of the same kind by the
 * same code, and rolls it back. Senders cannot influence the outcome.
 * @returns the error if Postgres refuses the ordinary event too (a bad deploy); null if it accepts it (a bad record)
 */
export async function probeWithOrdinaryEvent(db: Tables, refused: LogRecord): Promise<Error | null> {
  const { batch } = foldRecords([ordinaryRecord(refused)]);
  return withConnection(db, (client) => dryRunBatch(client, batch));
}

/** An event with every field, short and plain. An undocumented kind becomes `call.new`. */
function ordinaryRecord(refused: LogRecord): LogRecord {
  const decoded = decode(logEntry(refused));
  const kind = 'event' in decoded && isKind(decoded.event.kind) ? decoded.event.kind : 'call.new';
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
    direction: 'inbound',
    url: 'https://example.com/recording.mp3',
  };
  const value = Buffer.from(JSON.stringify({ ...texts, timestamp: new Date().toISOString() }));
  const { topic, partition, offset } = refused;
  return { topic, partition, offset, key: null, value, headers: new Map(), timestamp: Date.now() };
}
