import { decode, defaultOrigin } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';
import { testDatabase } from '@callstream/stack';
import { connectTables, migrate } from '@callstream/tables';
import { copyBytes, copyEvents } from '@callstream/tables/testing';
import type { WebhookBodies } from '../../src/load/simulated-webhooks.ts';

/** The projector's default number of connections. */
const connections = 4;
const chunkEvents = 500;

/** Distinct events in order of arrival, encoded for COPY beforehand, so that only COPY is measured. */
export interface CopyCeiling {
  readonly events: number;
  /** Chunks of each connection. */
  readonly chunks: readonly (readonly Buffer[])[];
}

export async function prepareCopyCeiling(bodies: WebhookBodies): Promise<CopyCeiling> {
  const chunks: Buffer[][] = Array.from({ length: connections }, () => []);
  const known = new Set<string>();
  let pending: CallEvent[] = [];
  let chunkCount = 0;
  const flush = (): void => {
    chunks[chunkCount++ % connections]?.push(copyBytes(pending));
    pending = [];
  };
  for await (const body of bodies) {
    const event = eventOf(body, known.size);
    if (known.has(event.uuid)) continue;
    known.add(event.uuid);
    pending.push(event);
    if (pending.length === chunkEvents) flush();
  }
  flush();
  return { events: known.size, chunks };
}

function eventOf(body: string, offset: number): CallEvent {
  const value = Buffer.from(body);
  const received = new Date();
  const uuidOf = (withTime: boolean): string => eventUuid(value, withTime ? received.toISOString() : undefined);
  const decoded = decode({ ...defaultOrigin, value, partition: 0, offset, receivedAt: received.getTime(), uuidOf });
  if ('problem' in decoded) throw new Error(`The simulator produced an invalid event: ${decoded.problem}`);
  return decoded.event;
}

/** Events per second of COPY into an empty `events` table with all indexes. */
export async function measureCopyCeiling({ events, chunks }: CopyCeiling): Promise<number> {
  await using database = await testDatabase();
  await migrate(database.url);
  const db = connectTables({ url: database.url, max: connections, applicationName: 'bench-ceiling' });
  try {
    const began = performance.now();
    await Promise.all(chunks.map((ofConnection) => copyEvents(db, ofConnection)));
    return (events * 1_000) / (performance.now() - began);
  } finally {
    await db.end();
  }
}
