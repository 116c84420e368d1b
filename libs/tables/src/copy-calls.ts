import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { play } from '@callstream/domain';
import type { Call, Facts } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { StoredCall } from './board.ts';
import { packFacts } from './facts-text.ts';
import { copyLines } from './row-text.ts';
import { callRow, segmentRow, visitRow } from './rows.ts';

interface Played {
  readonly call: Call;
  readonly facts: Facts;
}

/** Calls whose rows go to the socket at a time. */
const callsAtOnce = 200;

const rowsOf = {
  calls: ({ call, facts }: Played) => [callRow(call, packFacts(facts))],
  visits: ({ call }: Played) => call.visits.map((_, n) => visitRow(call, n)),
  segments: ({ call }: Played) => call.segments.map((_, n) => segmentRow(call, n)),
} as const;

/** Copies calls with their visits and segments, none of which is there. */
export async function copyCalls(client: ClientBase, stored: readonly StoredCall[]): Promise<void> {
  const calls = stored.map(({ callId, facts }) => ({ facts, call: play(callId, facts) }));
  for (const [table, rows] of Object.entries(rowsOf))
    await pipeline(Readable.from(linesOf(calls, rows)), client.query(copyFrom(`copy ${table} from stdin`)));
}

function* linesOf(calls: readonly Played[], rows: (call: Played) => readonly object[]): Generator<string> {
  for (let i = 0; i < calls.length; i += callsAtOnce) yield copyLines(calls.slice(i, i + callsAtOnce).flatMap(rows));
}
