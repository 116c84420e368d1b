import { factsJson } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { BinaryRows } from './binary-rows.ts';

/** Columns of {@link writeEvent}. */
const columns = 16;

/** SQL: COPY of what a {@link CopyBuffer} returns. */
export const copyBufferSql = (table: 'events' | 'events_again'): string =>
  `copy ${table} (uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted, source, source_name, facts, deliveries)
   from stdin (format binary)`;

/** Events for a COPY that are not sent yet. Duplicates of a buffered event only increase its deliveries. */
export class CopyBuffer {
  private readonly rows = new BinaryRows();
  /** Of each row: uuid and id of its event, and the offset of its deliveries. */
  private uuids: string[] = [];
  private ids: number[] = [];
  private deliveries: number[] = [];

  /** In bytes. */
  get length(): number {
    return this.rows.length;
  }

  /** Whether nothing was added. */
  get isEmpty(): boolean {
    return this.rows.isEmpty;
  }

  add(event: CallEvent): void {
    this.uuids.push(event.uuid);
    this.ids.push(event.id);
    this.deliveries.push(writeEvent(this.rows, event));
  }

  /** Counts a duplicate of a buffered event; false if none is buffered, or only a later delivery. */
  addDelivery({ uuid, id }: Pick<CallEvent, 'uuid' | 'id'>): boolean {
    const i = this.uuids.lastIndexOf(uuid);
    const offset = this.deliveries[i];
    if (offset === undefined || (this.ids[i] ?? 0) > id) return false;
    this.rows.addInt4(offset, 1);
    return true;
  }

  /** Returns what was added, and empties the buffer. */
  take(): Buffer {
    this.forget();
    return this.rows.take();
  }

  /** Returns what was added, and the end of the COPY. */
  end(): Buffer {
    this.forget();
    return this.rows.end();
  }

  private forget(): void {
    [this.uuids, this.ids, this.deliveries] = [[], [], []];
  }
}

/** Returns the offset of its deliveries. */
function writeEvent(rows: BinaryRows, event: CallEvent): number {
  const { clock, source, sourceName } = event;
  const facts = source === null && sourceName === null ? null : factsJson(event);
  rows.row(columns);
  rows.uuid(event.uuid);
  rows.int8(event.id);
  rows.text(event.callId);
  rows.text(event.type);
  rows.text(event.kind);
  rows.text(event.actor);
  rows.text(event.queue);
  rows.timestamp(event.at);
  rows.text(clock === 'own' ? null : clock);
  rows.timestamp(event.receivedAt);
  rows.jsonb(event.json);
  rows.texts(event.omitted);
  rows.text(source);
  rows.text(sourceName);
  rows.jsonb(facts ? JSON.stringify(facts) : null);
  return rows.int4(1);
}
