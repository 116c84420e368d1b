import { playPresence } from '@callstream/domain';
import type { PresenceFact } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { fetchInChunks } from '../connection/fetch-in-chunks.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import { epochMs } from '../read/positions.ts';
import { presenceFacts } from '../write/presence-facts.ts';
import { orderOfPlay } from '../write/presence-pages.ts';
import { copyLines } from '../write/row-text.ts';
import { sessionRow } from '../write/session-statements.ts';

type FactOfAgent = PresenceFact & { readonly actor: string };

/** Copies the sessions of all agents, from the events. Only inside a transaction, on a table without indexes. */
export async function copySessions(client: ClientBase): Promise<void> {
  // After an interruption, the table may have those of fewer events.
  await client.query('truncate agent_sessions');
  let actor: string | null = null;
  let player = playPresence();
  let rows: object[] = [];
  const take = (sessions: ReturnType<typeof player.takeEnded>): void => {
    rows.push(...sessions.map((session) => sessionRow(actor ?? '', session)));
  };
  const endAgent = (): void => {
    take(player.takeEnded());
    take([...player.open()]);
    player = playPresence();
  };
  const copy = async (): Promise<void> => {
    if (rows.length > 0)
      await sendPipelined(client, [{ copy: 'copy agent_sessions from stdin', bytes: Buffer.from(copyLines(rows)) }]);
    rows = [];
  };
  await fetchInChunks<FactOfAgent>(client, {
    text: `
      select actor, coalesce(queue, '') as queue, kind, ${epochMs('at')} as at, id, part, reason
      from (${presenceFacts('events')}) stated order by actor, ${orderOfPlay}`,
    onRows: async (facts) => {
      for (const fact of facts) {
        if (fact.actor !== actor) endAgent();
        actor = fact.actor;
        player.play(fact);
      }
      take(player.takeEnded());
      await copy();
    },
  });
  endAgent();
  await copy();
}
