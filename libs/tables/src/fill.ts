import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Agent, Call, CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tables } from './connect.ts';
import { inTransaction } from './connection.ts';
import { joinAgents, joinCalls, movePosition } from './project.ts';
import type { Move } from './project.ts';
import { copyRow, eventColumns } from './rows.ts';

export interface Filled {
  readonly moves: readonly Move[];
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
}

/** Rows go to the socket in pieces of about this many characters. */
const pieceChars = 65_536;
/** Most rows of one upsert: what is sent to Postgres as one parameter is held in memory on both sides. */
const upsertRowsMax = 5_000;

/** One transaction into tables that only we write: events are streamed, what they say is joined at the end. */
export interface Filling {
  /** Waits while Postgres is slower than we are. An event may come more than once: `mergeRepeats` counts them. */
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
      piece += copyRow(event);
      return piece.length < pieceChars ? undefined : flush();
    },
    commit: async ({ moves, calls, agents }) => {
      copy.end(piece);
      await ended;
      for (const some of chunksOf(calls)) await joinCalls(client, some);
      await joinAgents(client, agents);
      for (const move of moves) await movePosition(client, move);
      await client.query('commit');
    },
  };
}

function* chunksOf<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < rows.length; i += upsertRowsMax) yield rows.slice(i, i + upsertRowsMax);
}

/** Makes one row of the rows of an event that was delivered several times: the first delivery, and how many there were. */
export async function mergeRepeats(db: Tables): Promise<void> {
  await inTransaction(db, async (client) => {
    await client.query(`set local work_mem = '256MB'`);
    await client.query(`
      with repeated as (
        select uuid, min(id) as id, sum(deliveries)::int as deliveries from events group by uuid having count(*) > 1
      ), gone as (
        delete from events e using repeated r where e.uuid = r.uuid and e.id > r.id
      )
      update events e set deliveries = r.deliveries from repeated r where e.uuid = r.uuid and e.id = r.id`);
  });
}
