import { isDeepStrictEqual } from 'node:util';
import { offsetOf } from '@callstream/domain';
import { poolOf } from '../src/connection/tables.ts';
import { completeProjection, createBareProjection, dropProjection, liveSchema } from '../src/index.ts';
import type { Tables } from '../src/index.ts';
import { agentOf, agents, decodeBody, queueOf } from './call-shapes.ts';
import { copyBytes, copyEvents } from './copy-events.ts';
import { dropShapes, offsetsPerCall, repeatedTables, repeatShapes, writeShapes } from './repeated-calls.ts';
import type { RepeatedTable } from './repeated-calls.ts';
import { expectedRows } from './rows.ts';

const hourMs = 3_600_000;
/** Calls that are written in one transaction per table. */
const callsPerChunk = 50_000;
const sampledCalls = 300;

interface YearOfEventsOptions {
  /** Beginnings of the calls, in ms since 1970 and ascending. */
  readonly begins: readonly number[];
  /** Beginnings of the days on which agents work, ascending. */
  readonly workdays: readonly number[];
  /** Default: all. */
  readonly tables?: readonly RepeatedTable[];
  readonly report: (line: string) => void;
}

/**
 * Replaces the live projection by one with these calls, and agents who log in, pause and log out on workdays, as after a rebuild.
 * Nothing else may use it meanwhile. Checks a sample of the rows against those that a projector would write.
 */
export async function insertYearOfEvents(
  db: Tables,
  { begins, workdays, tables = repeatedTables, report }: YearOfEventsOptions,
): Promise<void> {
  await poolOf(db).query('create unlogged table public.kept_positions as table positions');
  await dropProjection(db, liveSchema);
  await createBareProjection(db, liveSchema);
  await poolOf(db).query('insert into positions table public.kept_positions; drop table public.kept_positions');
  await writeShapes(db);
  let daysWritten = 0;
  for (let first = 0; first < begins.length; first += callsPerChunk) {
    const chunk = begins.slice(first, first + callsPerChunk);
    const until = chunk.at(-1) ?? 0;
    const days = workdays.slice(daysWritten).filter((day) => day <= until);
    await copyEvents(db, presenceLines(days, (begins.length + daysWritten * agents) * offsetsPerCall));
    daysWritten += days.length;
    await repeatShapes(db, chunk, { first, tables });
    report(`${first + chunk.length} of ${begins.length} calls …`);
  }
  await dropShapes(db);
  report('indexes, agents and buckets …');
  await completeProjection(db, liveSchema, { mayHaveDuplicates: false });
  await poolOf(db).query('vacuum analyze');
  if (tables.length === repeatedTables.length) await checkSample(db, begins.length);
}

/** The events of the agents on these days: each works in two queues, and has two pauses. */
function* presenceLines(days: readonly number[], firstOffset: number): Generator<Buffer> {
  let offset = firstOffset;
  for (const day of days)
    for (let agent = 0; agent < agents; agent++) {
      const begin = day + 7 * hourMs + ((agent * 7_919) % 180) * 60_000;
      const at = (hours: number, type: string, fields = {}) => ({
        at: begin + Math.round(hours * hourMs),
        fields: { type, ...fields },
      });
      const events = [
        at(0, 'actor.logged-in', { queue: queueOf(agent) }),
        at(0.001, 'actor.logged-in', { queue: queueOf(agent + 7) }),
        at(2 + (agent % 7) / 10, 'actor.paused', { reason: 'break' }),
        at(2.25 + (agent % 7) / 10, 'actor.unpaused'),
        at(5 + (agent % 9) / 10, 'actor.paused', { reason: 'lunch' }),
        at(6 + (agent % 9) / 10, 'actor.unpaused'),
        at(9, 'actor.logged-out', { queue: queueOf(agent) }),
        at(9.001, 'actor.logged-out', { queue: queueOf(agent + 7) }),
      ];
      yield copyBytes(
        events.map((event) => {
          const body = {
            ...event.fields,
            actor: agentOf(agent),
            number: String(1_000 + agent),
            timestamp: new Date(event.at).toISOString(),
          };
          return decodeBody(JSON.stringify(body), { offset: offset++, at: event.at });
        }),
      );
    }
}

/** The keys of the tables, in the order of {@link expectedRows}. */
const keys = { events: 'uuid', calls: 'call_id', visits: 'call_id, n', segments: 'call_id, n' } as const;

/** @throws {Error} if rows of a sample of the calls are not those that their events give */
async function checkSample(db: Tables, calls: number): Promise<void> {
  const ids = Array.from({ length: sampledCalls }, () => `year.${Math.floor(Math.random() * calls)}`);
  const ofSample = 'where call_id = any($1::text[])';
  const { rows: stored } = await poolOf(db).query<{ body: string; id: number; at: number; uuid: string }>(
    `select body::text, id, round(extract(epoch from received_at) * 1000)::float8 as at, uuid from events ${ofSample}`,
    [ids],
  );
  const log = stored.map(({ body, id, at, uuid }) => decodeBody(body, { offset: offsetOf(id), at, uuid }));
  const expected = expectedRows(log);
  for (const table of repeatedTables) {
    const { rows } = await poolOf(db).query<object>(`select * from ${table} ${ofSample} order by ${keys[table]}`, [
      ids,
    ]);
    if (!isDeepStrictEqual(rows, expected[table]))
      throw new Error(`The generated rows of ${table} are not those of their events.`);
  }
}
