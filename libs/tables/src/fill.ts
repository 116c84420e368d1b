import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { collectCalls, copyCalls } from './copy-calls.ts';
import { createPageLooks } from './look-at-pages.ts';
import type { PageLooks } from './look-at-pages.ts';
import { checkMoved, commit, movePositions } from './project.ts';
import type { Move } from './project.ts';
import { copyOfEvents } from './rows.ts';
import type { Repeats } from './seen-events.ts';
import { sendTogether } from './send-together.ts';
import { WaitingEvents } from './waiting-events.ts';

/** What comes again in a transaction is kept in memory up to so many bytes; more is written among the others. */
const againBytesMax = 16 * 1024 * 1024;
/** Events go to the socket in pieces of about so many bytes. */
const pieceBytes = 256 * 1024;

/**
 * One transaction into tables that only we write, and that have no keys yet: events are streamed, what came again and the
 * calls that they speak of follow. A call of which other transactions have events is there more than once, until
 * `completeProjection`, which also writes the agents.
 */
export interface Filling {
  /** Waits while Postgres is slower than we are. */
  readonly add: (event: CallEvent) => Promise<void> | undefined;
  /** @throws {PositionMoved} if somebody else wrote into these tables */
  readonly commit: (moves: readonly Move[]) => Promise<void>;
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
  const collected = collectCalls();
  const piece = new WaitingEvents();
  const again = new WaitingEvents();
  const flush = (): Promise<void> | undefined =>
    copy.write(piece.take()) ? undefined : Promise.race([once(copy, 'drain').then(() => undefined), ended]);
  return {
    add: (event) => {
      collected.add(event);
      if (repeats?.see(event.uuid) === true && again.length < againBytesMax) {
        if (!piece.again(event)) again.add(event);
        return undefined;
      }
      piece.add(event);
      return piece.length < pieceBytes ? undefined : flush();
    },
    commit: async (moves) => {
      copy.end(piece.take());
      await ended;
      await copyCalls(client, collected.calls());
      const later = again.length > 0 ? [{ copy: copyOfEvents('events_again'), bytes: again.take() }] : [];
      const answers = await sendTogether(client, [...later, movePositions(moves)]);
      checkMoved(moves, answers.at(-1));
      await sendTogether(client, [commit]);
      await looks.end(client, writing);
    },
  };
}
