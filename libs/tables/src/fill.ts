import { once } from 'node:events';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { Agent, Call, CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { agentRows } from './batch-rows.ts';
import { createPageLooks } from './look-at-pages.ts';
import type { PageLooks } from './look-at-pages.ts';
import { checkMoved, commit, joinAgents, movePositions } from './project.ts';
import type { Move } from './project.ts';
import { copyLines } from './row-text.ts';
import { callAgentRows, callQueueRows, callRow, copyOfEvents } from './rows.ts';
import type { TableName } from './schemas.ts';
import type { Repeats } from './seen-events.ts';
import { sendTogether } from './send-together.ts';
import { WaitingEvents } from './waiting-events.ts';

export interface Filled {
  readonly moves: readonly Move[];
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
}

/** What comes again in a transaction is kept in memory up to so many bytes; more is written among the others. */
const againBytesMax = 16 * 1024 * 1024;
/** Rows go to the socket in pieces of about so many bytes, or rows. */
const pieceBytes = 256 * 1024;
const pieceRows = 200;

/**
 * One transaction into tables that only we write, and that have no keys yet: events are streamed, what came again and the
 * calls that they speak of follow. Calls are there more than once, until `completeProjection`.
 */
export interface Filling {
  /** Waits while Postgres is slower than we are. */
  readonly add: (event: CallEvent) => Promise<void> | undefined;
  /** @throws {PositionMoved} if somebody else wrote into these tables */
  readonly commit: (filled: Filled) => Promise<void>;
}

/** Begins a transaction on a connection and streams into it. After a failure, the connection is to be thrown away. */
export type BeginFilling = (client: ClientBase) => Promise<Filling>;

/**
 * For transactions side by side.
 * @param repeats knows what has come before; null if nobody does: then what comes again stands among the others
 */
export function createFiller(repeats: Repeats | null): BeginFilling {
  const looks = createPageLooks();
  return (client) => beginFilling(client, { repeats, looks });
}

async function beginFilling(
  client: ClientBase,
  { repeats, looks }: { repeats: Repeats | null; looks: PageLooks },
): Promise<Filling> {
  const writing = await looks.begin(client);
  await client.query('begin');
  const copy = client.query(copyFrom(copyOfEvents('events')));
  const ended = finished(copy);
  ended.catch(() => undefined);
  const piece = new WaitingEvents();
  const again = new WaitingEvents();
  const flush = (): Promise<void> | undefined =>
    copy.write(piece.take()) ? undefined : Promise.race([once(copy, 'drain').then(() => undefined), ended]);
  return {
    add: (event) => {
      if (repeats?.see(event.uuid) === true && again.length < againBytesMax) {
        if (!piece.again(event)) again.add(event);
        return undefined;
      }
      piece.add(event);
      return piece.length < pieceBytes ? undefined : flush();
    },
    commit: async ({ moves, calls, agents }) => {
      copy.end(piece.take());
      await ended;
      await copyRows(client, 'calls', calls.map(callRow));
      await copyRows(client, 'call_queues', calls.flatMap(callQueueRows));
      await copyRows(client, 'call_agents', calls.flatMap(callAgentRows));
      const later = again.length > 0 ? [{ copy: copyOfEvents('events_again'), bytes: again.take() }] : [];
      const answers = await sendTogether(client, [...later, ...joinAgents(agentRows(agents)), movePositions(moves)]);
      checkMoved(moves, answers.at(-1));
      await sendTogether(client, [commit]);
      await looks.end(client, writing);
    },
  };
}

async function copyRows(client: ClientBase, table: TableName, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const lines = function* (): Generator<string> {
    for (let i = 0; i < rows.length; i += pieceRows) yield copyLines(rows.slice(i, i + pieceRows));
  };
  const columns = Object.keys(first).join();
  await pipeline(Readable.from(lines()), client.query(copyFrom(`copy ${table} (${columns}) from stdin`)));
}
