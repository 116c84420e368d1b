import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { collectCalls, copyCalls } from './copy-calls.ts';
import { createHintBits } from './hint-bits.ts';
import type { HintBits } from './hint-bits.ts';
import { checkMoved, commit, movePositions } from '../write/project.ts';
import type { PositionMove } from '../write/project.ts';
import { copyEventsSql } from '../write/rows.ts';
import type { DuplicateDetector } from '../write/dedup-cache.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import { CopyBuffer } from './copy-buffer.ts';

/** What comes again in a transaction is kept in memory up to so many bytes; more is written among the others. */
const duplicateBytesMax = 16 * 1024 * 1024;
/** Events go to the socket in pieces of about so many bytes. */
const chunkBytes = 256 * 1024;

/**
 * One transaction into tables that only we write, and that have no keys yet: events are streamed, what came again and the
 * calls that they speak of follow. A call of which other transactions have events is there more than once, until
 * `completeProjection`, which also writes the agents.
 */
export interface BulkLoad {
  /** Waits while Postgres is slower than we are. */
  readonly add: (event: CallEvent) => Promise<void> | undefined;
  /** @throws {PositionMoved} if somebody else wrote into these tables */
  readonly commit: (moves: readonly PositionMove[]) => Promise<void>;
}

/** Begins a transaction on a connection and streams into it. After a failure, the connection is to be thrown away. */
export type BeginBulkLoad = (client: ClientBase) => Promise<BulkLoad>;

/**
 * For transactions side by side.
 * @param repeats knows what has come before; null if nobody does: then what comes again stands among the others
 */
export function createBulkLoader(repeats: DuplicateDetector | null): BeginBulkLoad {
  const looks = createHintBits();
  return (client) => beginBulkLoad(client, { repeats, looks });
}

async function beginBulkLoad(
  client: ClientBase,
  { repeats, looks }: { repeats: DuplicateDetector | null; looks: HintBits },
): Promise<BulkLoad> {
  const writing = await looks.begin(client);
  await client.query('begin');
  const copy = client.query(copyFrom(copyEventsSql('events')));
  const ended = finished(copy);
  ended.catch(() => undefined);
  const collected = collectCalls();
  const piece = new CopyBuffer();
  const again = new CopyBuffer();
  const flush = (): Promise<void> | undefined =>
    copy.write(piece.take()) ? undefined : Promise.race([once(copy, 'drain').then(() => undefined), ended]);
  return {
    add: (event) => {
      collected.add(event);
      if (repeats?.see(event.uuid) === true && again.length < duplicateBytesMax) {
        if (!piece.again(event)) again.add(event);
        return undefined;
      }
      piece.add(event);
      return piece.length < chunkBytes ? undefined : flush();
    },
    commit: async (moves) => {
      copy.end(piece.take());
      await ended;
      await copyCalls(client, collected.calls());
      const later = again.length > 0 ? [{ copy: copyEventsSql('events_again'), bytes: again.take() }] : [];
      const answers = await sendPipelined(client, [...later, movePositions(moves)]);
      checkMoved(moves, answers.at(-1));
      await sendPipelined(client, [commit]);
      await looks.end(client, writing);
    },
  };
}
