import { decode } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';
import { testDatabase } from '@callstream/stack';
import { connectTables, migrate } from '@callstream/tables';
import { copyBytes, copyEvents } from '@callstream/tables/testing';
import type { WebhookBodies } from '../../src/load/simulated-webhooks.ts';

/** As many as the projector writes over by default. */
const connections = 4;
const pieceEvents = 500;

/** Distinct events in the order of arrival as the bytes of a COPY on each connection: made once, so that nothing but COPY is measured. */
export interface CopyCeiling {
  readonly events: number;
  readonly lanes: readonly (readonly Buffer[])[];
}

export async function prepareCopyCeiling(bodies: WebhookBodies): Promise<CopyCeiling> {
  const lanes: Buffer[][] = Array.from({ length: connections }, () => []);
  const known = new Set<string>();
  let piece: CallEvent[] = [];
  let pieces = 0;
  const flush = (): void => {
    lanes[pieces++ % connections]?.push(copyBytes(piece));
    piece = [];
  };
  for await (const body of bodies) {
    const event = eventOf(body, known.size);
    if (known.has(event.uuid)) continue;
    known.add(event.uuid);
    piece.push(event);
    if (piece.length === pieceEvents) flush();
  }
  flush();
  return { events: known.size, lanes };
}

function eventOf(body: string, offset: number): CallEvent {
  const value = Buffer.from(body);
  const received = new Date();
  const uuidOf = (withTime: boolean): string => eventUuid(value, withTime ? received.toISOString() : undefined);
  const decoded = decode({ value, partition: 0, offset, receivedAt: received.getTime(), uuidOf });
  if ('problem' in decoded) throw new Error(`The simulator made what is no event: ${decoded.problem}`);
  return decoded.event;
}

/** Events per second of COPY into the same `events` table with the same indexes, in a database of its own. */
export async function measureCopyCeiling({ events, lanes }: CopyCeiling): Promise<number> {
  await using database = await testDatabase();
  await migrate(database.url);
  const db = connectTables({ url: database.url, max: connections, applicationName: 'bench-ceiling' });
  try {
    const began = performance.now();
    await Promise.all(lanes.map((pieces) => copyEvents(db, pieces)));
    return (events * 1_000) / (performance.now() - began);
  } finally {
    await db.end();
  }
}
