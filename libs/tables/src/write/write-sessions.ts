import { compareText } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { sendPipelined } from '../connection/pipeline.ts';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import { replayPresence } from './replay-presence.ts';
import type { PresenceReplay, ReplacedSessions } from './replay-presence.ts';
import {
  deleteSessions,
  lockAgents,
  presenceFactsOf,
  readPresenceFacts,
  readSessionsAt,
  sessionRow,
  sessionsOf,
  upsertSessions,
} from './session-statements.ts';
import type { PresenceDelivery } from './write-agents.ts';

/** The sessions of the agents of a batch. */
export interface SessionWrite {
  /** Sent after the events and agents of the batch. */
  readonly reads: readonly Statement[];
  /** @param results of {@link reads}, which were sent last. @returns what replaces the sessions */
  readonly writes: (client: ClientBase, results: readonly StatementResult[]) => Promise<readonly Statement[]>;
}

/** Derives the sessions of the agents of these deliveries from the tables; null if there are none. */
export function writeSessions(presence: readonly PresenceDelivery[]): SessionWrite | null {
  if (presence.length === 0) return null;
  const replays = replaysOf(presence);
  return {
    reads: [lockAgents(replays.map(({ actor }) => actor)), ...readsOf(replays)],
    writes: async (client, results) => {
      const replaced = await replayAll(client, replays, results.slice(-2));
      const rows = replaced.flatMap(({ actor, sessions }) => sessions.map((session) => sessionRow(actor, session)));
      return [deleteSessions(replaced), ...(rows.length > 0 ? [upsertSessions(rows)] : [])];
    },
  };
}

function replaysOf(presence: readonly PresenceDelivery[]): PresenceReplay[] {
  const changes = new Map<string, { first: number; last: number }>();
  for (const { at, actors } of presence)
    for (const actor of actors) {
      const { first, last } = changes.get(actor) ?? { first: at, last: at };
      changes.set(actor, { first: Math.min(first, at), last: Math.max(last, at) });
    }
  return [...changes].map(([actor, changed]) => replayPresence(actor, changed)).toSorted(byActor);
}

const byActor = (a: PresenceReplay, b: PresenceReplay): number => compareText(a.actor, b.actor);

function readsOf(replays: readonly PresenceReplay[]): [Statement, Statement] {
  const moments = { actors: replays.map(({ actor }) => actor), times: replays.map(({ from }) => from()) };
  return [
    readSessionsAt(moments),
    readPresenceFacts(
      moments,
      replays.map(({ limit }) => limit()),
    ),
  ];
}

async function replayAll(
  client: ClientBase,
  replays: readonly PresenceReplay[],
  firstResults: readonly StatementResult[],
): Promise<ReplacedSessions[]> {
  const done: ReplacedSessions[] = [];
  let [pending, results] = [replays, firstResults];
  for (;;) {
    const [sessions = { count: 0, rows: [] }, facts = { count: 0, rows: [] }] = results;
    const [stored, stated] = [sessionsOf(sessions), presenceFactsOf(facts)];
    pending = pending.filter((replay, i) => {
      const replaced = replay.next(stored[i] ?? [], stated[i] ?? []);
      if (replaced) done.push(replaced);
      return replaced === null;
    });
    if (pending.length === 0) return done;
    results = await sendPipelined(client, readsOf(pending));
  }
}
