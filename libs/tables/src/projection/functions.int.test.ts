import type { AgentPresence, CallEvent, PresenceRules } from '@callstream/domain';
import { callOutcome, compareText, directionOf, isCurrent, isStale, presenceOf } from '@callstream/domain';
import { callsOfEvents, eventsOf, logs } from '@callstream/domain/testing';
import { agentsNow, defaultRules } from '@callstream/domain/testing/agents';
import { days } from '@callstream/domain/testing/days';
import { severalFactsLogs } from '@callstream/domain/testing/several-facts';
import { deliveriesOf, parseStoryTime } from '@callstream/domain/testing/script';
import { stories } from '@callstream/domain/testing/stories/index';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { replaceRows } from '../../testing/replace-rows.ts';
import { readAgentMarks, readAgentSegments } from '../index.ts';
import type { Tables } from '../index.ts';
import { poolOf } from '../connection/tables.ts';

// Long, so that a busy machine is no failure; a hang still is.
const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

const iso = (ms: number): string => new Date(ms).toISOString();
const sorted = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

interface PresenceQuery {
  /** ms since 1970. */
  readonly now: number;
  readonly rules: PresenceRules;
}

async function presenceInSql({ now, rules }: PresenceQuery): Promise<string[]> {
  const { rows } = await poolOf(db).query<{ row: unknown[] }>(
    `select json_build_array(actor, queue, presence, to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), calls) as row
     from agent_presence($1, $2::float8 * interval '1 ms', $3::float8 * interval '1 ms', $4::float8 * interval '1 ms', $5,
       $6::float8 * interval '1 ms')`,
    [iso(now), rules.staleAfterMs, rules.ringMsMax, rules.presenceStaleMs, rules.takeSeveralCalls, rules.wrapUpMs],
  );
  return sorted(rows.map(({ row }) => row));
}

const presenceInDomain = (events: readonly CallEvent[], query: PresenceQuery): string[] =>
  sorted(
    [...agentsNow(events, [...callsOfEvents(events).values()], query)].flatMap(([actor, { queues, calls }]) =>
      queues.map(({ queue, presence, since }) => [
        actor,
        queue,
        presence,
        iso(since),
        [...new Set(calls)].toSorted(compareText),
      ]),
    ),
  );

async function callsInSql({ now, rules }: PresenceQuery): Promise<string[]> {
  const { rows } = await poolOf(db).query<{ row: unknown[] }>(
    `select json_build_array(call_id, queue, direction, state) as row from current_calls($1, $2::float8 * interval '1 ms')`,
    [iso(now), rules.staleAfterMs],
  );
  return sorted(rows.map(({ row }) => row));
}

const callsInDomain = (events: readonly CallEvent[], { now, rules }: PresenceQuery): string[] =>
  sorted(
    [...callsOfEvents(events).values()]
      .filter((call) => isCurrent(call) && !isStale(call, now, rules.staleAfterMs))
      .map((call) => [call.callId, call.queue ?? '', directionOf(call), call.state]),
  );

async function outcomesInSql({ now, rules }: PresenceQuery): Promise<string[]> {
  const { rows } = await poolOf(db).query<{ row: unknown[] }>(
    `select json_build_array(call_id, queue, direction, outcome) as row
     from call_outcomes('2000-01-01', '2100-01-01', $1, $2::float8 * interval '1 ms')`,
    [iso(now), rules.staleAfterMs],
  );
  return sorted(rows.map(({ row }) => row));
}

const outcomesInDomain = (events: readonly CallEvent[], { now, rules }: PresenceQuery): string[] =>
  sorted(
    [...callsOfEvents(events).values()]
      .filter(({ isOpened }) => isOpened)
      .map((call) => [call.callId, call.queue ?? '', directionOf(call), callOutcome(call, now, rules.staleAfterMs)]),
  );

/** Moments after the first event, so that limits of minutes and hours are reached, and unusual settings. */
const queries = fc.record({
  later: fc.oneof(fc.nat(300_000), fc.nat(4 * 3_600_000), fc.nat(14 * 3_600_000)),
  rules: fc.record({
    staleAfterMs: fc.constantFrom(defaultRules.staleAfterMs, 60_000),
    ringMsMax: fc.constantFrom(defaultRules.ringMsMax, 3_000),
    presenceStaleMs: fc.constantFrom(defaultRules.presenceStaleMs, 0, 30_000),
    wrapUpMs: fc.constantFrom(0, 120_000),
    takeSeveralCalls: fc.boolean(),
  }),
});

async function expectSameAsDomain(events: readonly CallEvent[], { now, rules }: PresenceQuery): Promise<void> {
  await replaceRows(db, events);
  expect(await presenceInSql({ now, rules })).toEqual(presenceInDomain(events, { now, rules }));
  expect(await callsInSql({ now, rules })).toEqual(callsInDomain(events, { now, rules }));
  expect(await outcomesInSql({ now, rules })).toEqual(outcomesInDomain(events, { now, rules }));
}

const firstOf = (events: readonly CallEvent[]): number => Math.min(...events.map(({ receivedAt }) => receivedAt));

describe('presence, current calls and outcomes of calls in SQL equal those of the domain', () => {
  it('for events that state several facts', async () => {
    await fc.assert(
      fc.asyncProperty(severalFactsLogs(), queries, async (log, { later, rules }) => {
        const events = eventsOf(log);
        await expectSameAsDomain(events, { now: firstOf(events) + later, rules });
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
  it('for days of a small call centre with one lost event', async () => {
    await fc.assert(
      fc.asyncProperty(days(60), fc.nat(), queries, async ({ log }, missing, { later, rules }) => {
        const events = eventsOf(log.filter((_, i) => i !== missing % log.length));
        if (events.length > 0) await expectSameAsDomain(events, { now: firstOf(events) + later, rules });
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('at the moments of all scenarios', async () => {
    for (const { script, rules, board } of Object.values(stories).flat())
      for (const now of Object.keys(board).map(parseStoryTime)) {
        const known = eventsOf(deliveriesOf(script)).filter(({ receivedAt }) => receivedAt <= now);
        if (known.length > 0)
          await expectSameAsDomain(known, { now, rules: { ...defaultRules, wrapUpMs: 120_000, ...rules } });
      }
  });

  it('for random logs', async () => {
    await fc.assert(
      fc.asyncProperty(logs(40), queries, async (log, { later, rules }) => {
        const events = eventsOf(log);
        await expectSameAsDomain(events, { now: firstOf(events) + later, rules });
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });
});

/** The presence that the gateway derives from what it reads of the tables. */
async function presenceOfReads({ now, rules }: PresenceQuery): Promise<string[]> {
  const segments = await readAgentSegments(db, 0);
  const presenceEvents = await readAgentMarks(db, 0);
  const actors = new Set([...segments, ...presenceEvents].map(({ actor }) => actor));
  return [...actors].map((actor) => {
    const isTheirs = (row: { readonly actor: string }): boolean => row.actor === actor;
    const history = { presenceEvents: presenceEvents.filter(isTheirs), segments: segments.filter(isTheirs) };
    return presenceText(actor, presenceOf(history, now, rules));
  });
}

const presenceText = (actor: string, { queues }: AgentPresence): string =>
  `${actor} ${JSON.stringify(queues.toSorted((a, b) => compareText(a.queue, b.queue)))}`;

describe('presence from the segments that the gateway reads equals that from all segments, also in wrap-up', () => {
  const expectSame = async (events: readonly CallEvent[], query: PresenceQuery): Promise<void> => {
    await replaceRows(db, events);
    const agents = agentsNow(events, [...callsOfEvents(events).values()], query);
    const expected = [...agents].map(([actor, presence]) => presenceText(actor, presence));
    expect((await presenceOfReads(query)).toSorted()).toEqual(expected.toSorted());
  };
  it('at the moments of all scenarios', async () => {
    for (const { script, rules, board } of Object.values(stories).flat())
      for (const now of Object.keys(board).map(parseStoryTime)) {
        const known = eventsOf(deliveriesOf(script)).filter(({ receivedAt }) => receivedAt <= now);
        await expectSame(known, { now, rules: { ...defaultRules, wrapUpMs: 120_000, ...rules } });
      }
  });
  it('for days of a small call centre with one lost event', async () => {
    await fc.assert(
      fc.asyncProperty(days(60), fc.nat(), queries, async ({ log }, missing, { later, rules }) => {
        const events = eventsOf(log.filter((_, i) => i !== missing % log.length));
        if (events.length === 0) return;
        await expectSame(events, { now: firstOf(events) + later, rules: { ...rules, wrapUpMs: 120_000 } });
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
