import { agentSessionsOf, isPresenceFact } from '@callstream/domain';
import type { CallEvent, PresenceFact } from '@callstream/domain';
import { sessionRow } from '../src/write/session-statements.ts';

/** The rows of `agent_sessions` after these events, without duplicates. */
export function expectedSessions(events: readonly CallEvent[]): object[] {
  const facts = events.flatMap(presenceFactsOf);
  return [...Map.groupBy(facts, ({ actor }) => actor)].flatMap(([actor, ofAgent]) =>
    agentSessionsOf(ofAgent.map(({ fact }) => fact)).map((session) => sessionRow(actor, session)),
  );
}

const presenceFactsOf = (event: CallEvent): { readonly actor: string; readonly fact: PresenceFact }[] =>
  (event.facts ?? [event]).flatMap((stated, i) =>
    isPresenceFact(stated) && isPresenceFact(event)
      ? [
          {
            actor: stated.actor ?? '',
            fact: {
              kind: stated.kind as PresenceFact['kind'],
              queue: stated.queue ?? '',
              at: event.at,
              id: event.id,
              part: i + 1,
              reason: stated.reason,
            },
          },
        ]
      : [],
  );
