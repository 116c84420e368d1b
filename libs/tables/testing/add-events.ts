import { randomUUID } from 'node:crypto';
import { decode, defaultOrigin } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { project, withConnection } from '../src/index.ts';
import type { Tables } from '../src/index.ts';
import { batchOf } from './batch-of.ts';
import { poolOf } from '../src/connection/tables.ts';

const batchEvents = 10_000;

/**
 * Writes events as a projector does, without a log: all in partition 0, from offset 0 on, received now. Their calls must not
 * be in the tables yet.
 */
export async function addEvents(db: Tables, bodies: readonly object[]): Promise<void> {
  const receivedAt = Date.now();
  const events = bodies.map((body, offset): CallEvent => {
    const value = Buffer.from(JSON.stringify(body));
    const decoded = decode({ ...defaultOrigin, value, partition: 0, offset, receivedAt, uuidOf: () => randomUUID() });
    if ('problem' in decoded) throw new Error(decoded.problem);
    return decoded.event;
  });
  await withConnection(db, async (connection) => {
    for (let from = 0; from < events.length; from += batchEvents)
      await project(connection, { moves: [], batch: batchOf(events.slice(from, from + batchEvents)) });
  });
  await poolOf(db).query('analyze');
}
