import { once } from 'node:events';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { Agent, Call, CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { agentRows } from './batch-rows.ts';
import { joinAgents, movePositions } from './project.ts';
import type { Move } from './project.ts';
import { copyLine } from './row-text.ts';
import { callAgentRows, callQueueRows, callRow, eventColumns, eventLine } from './rows.ts';
import type { TableName } from './schemas.ts';

export interface Filled {
  readonly moves: readonly Move[];
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
}

/** Rows go to the socket in pieces of about this many characters. */
const pieceChars = 65_536;
const pieceRows = 200;
/**
 * One transaction into tables that only we write, and that have no keys yet: events are streamed, the calls that they
 * speak of follow. What comes more than once is there more than once, until `completeProjection`.
 */
export interface Filling {
  /** Waits while Postgres is slower than we are. */
  readonly add: (event: CallEvent) => Promise<void> | undefined;
  /** @throws {PositionMoved} if somebody else wrote into these tables */
  readonly commit: (filled: Filled) => Promise<void>;
}

/** Begins a transaction on `client` and streams into it. After a failure, the connection is to be thrown away. */
export async function beginFilling(client: ClientBase): Promise<Filling> {
  await client.query('begin');
  const copy = client.query(copyFrom(`copy events (${eventColumns}) from stdin`));
  const ended = finished(copy);
  ended.catch(() => undefined);
  let piece = '';
  const flush = (): Promise<void> | undefined => {
    const more = copy.write(piece);
    piece = '';
    return more ? undefined : Promise.race([once(copy, 'drain').then(() => undefined), ended]);
  };
  return {
    add: (event) => {
      piece += eventLine({ event, deliveries: 1 });
      return piece.length < pieceChars ? undefined : flush();
    },
    commit: async ({ moves, calls, agents }) => {
      copy.end(piece);
      await ended;
      await copyRows(client, 'calls', calls.map(callRow));
      await copyRows(client, 'call_queues', calls.flatMap(callQueueRows));
      await copyRows(client, 'call_agents', calls.flatMap(callAgentRows));
      await joinAgents(client, agentRows(agents));
      await movePositions(client, moves);
      await client.query('commit');
    },
  };
}

async function copyRows(client: ClientBase, table: TableName, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const lines = function* (): Generator<string> {
    for (let i = 0; i < rows.length; i += pieceRows)
      yield rows
        .slice(i, i + pieceRows)
        .map(copyLine)
        .join('');
  };
  const columns = Object.keys(first).join();
  await pipeline(Readable.from(lines()), client.query(copyFrom(`copy ${table} (${columns}) from stdin`)));
}
