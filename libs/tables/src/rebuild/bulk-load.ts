import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { sendPipelined } from '../connection/pipeline.ts';
import { clientOf } from '../connection/tables.ts';
import type { TablesConnection } from '../connection/tables.ts';
import type { DuplicateDetector } from '../write/dedup-cache.ts';
import { commit } from '../write/project.ts';
import { checkMoved, movePositions } from '../write/write-positions.ts';
import type { PositionMove } from '../write/position-move.ts';
import { CopyBuffer, copyBufferSql } from './copy-buffer.ts';
import { copyCalls } from './copy-calls.ts';
import { collectCalls } from './fact-columns.ts';
import { createHintBits } from './hint-bits.ts';
import type { HintBits } from './hint-bits.ts';

/** Most bytes of duplicates that a transaction keeps in memory; further ones are copied like new events, and merged later. */
const duplicateBytesMax = 16 * 1024 * 1024;
/** Bytes of events that are written to the socket at once. */
const chunkBytes = 256 * 1024;

/**
 * A transaction that fills tables without keys, which no other process writes. Events are streamed by COPY; duplicates and
 * calls follow at the commit. A call with events in several transactions has several rows until `completeProjection`, which
 * also writes the agents.
 */
export interface BulkLoad {
  /** Returns a promise to wait for if Postgres is slower than the caller (backpressure). */
  readonly add: (event: CallEvent) => Promise<void> | undefined;
  /** @throws {PositionMoved} if another process wrote into these tables */
  readonly commit: (moves: readonly PositionMove[]) => Promise<void>;
}

/** Begins a transaction on a connection. After a failure, close the connection. */
export type BeginBulkLoad = (connection: TablesConnection) => Promise<BulkLoad>;

/**
 * For several transactions, also concurrent ones.
 * @param duplicates detects events that were loaded before; null: duplicates are copied like new events, and merged later
 */
export function createBulkLoader(duplicates: DuplicateDetector | null): BeginBulkLoad {
  const hintBits = createHintBits();
  return (connection) => beginBulkLoad(clientOf(connection), { duplicates, hintBits });
}

async function beginBulkLoad(
  client: ClientBase,
  { duplicates, hintBits }: { readonly duplicates: DuplicateDetector | null; readonly hintBits: HintBits },
): Promise<BulkLoad> {
  const transaction = await hintBits.begin(client);
  await client.query('begin');
  const copy = client.query(copyFrom(copyBufferSql('events')));
  const copied = finished(copy);
  copied.catch(() => undefined);
  // After an error of Postgres, pg-copy-streams would go on writing, to a connection that it has forgotten: a TypeError.
  copy.once('error', () => copy.destroy());
  const calls = collectCalls();
  const unsent = new CopyBuffer();
  const unsentDuplicates = new CopyBuffer();
  const flush = (): Promise<void> | undefined =>
    copy.write(unsent.take()) ? undefined : Promise.race([once(copy, 'drain').then(() => undefined), copied]);
  return {
    add: (event) => {
      calls.add(event);
      if (duplicates?.checkAndAdd(event.uuid) === true && unsentDuplicates.length < duplicateBytesMax) {
        if (!unsent.addDelivery(event)) unsentDuplicates.add(event);
        return undefined;
      }
      unsent.add(event);
      return unsent.length < chunkBytes ? undefined : flush();
    },
    commit: async (moves) => {
      copy.end(unsent.end());
      await copied;
      await copyCalls(client, calls.calls());
      const copyDuplicates = unsentDuplicates.isEmpty
        ? []
        : [{ copy: copyBufferSql('events_again'), bytes: unsentDuplicates.end() }];
      const results = await sendPipelined(client, [...copyDuplicates, movePositions(moves)]);
      checkMoved(moves, results.at(-1));
      await sendPipelined(client, [commit]);
      await hintBits.end(client, transaction);
    },
  };
}
