import {
  countAgentCalls,
  countCalls,
  countLiveCalls,
  countPastCalls,
  countPastVisits,
  countTalkTimes,
  countUnknownTypes,
  countVisits,
  exportAgentCalls,
  exportAgentSessions,
  exportCalls,
  exportEvents,
  exportVisits,
  listCallEvents,
  listCalls,
  readAgentMarks,
  readAgentSegments,
  readCall,
  readPastAgentMarks,
  readPastCalls,
  readPastSegments,
  sampleCalls,
  searchCalls,
} from '../src/index.ts';
import type { Queryable, Tables } from '../src/index.ts';
import { explainReads } from './explain.ts';
import type { ExecutedPlan } from './explain.ts';

const limit = 100;
const visibleQueues = null;
const moments = { from: '2026-03-02T00:30:00Z', to: '2026-03-02T00:30:10Z' };
const visits = {
  ...moments,
  queues: null,
  serviceLevelMs: 20_000,
  shortAbandonMs: 5_000,
  interval: null,
  timeZone: 'America/Sao_Paulo',
};

const calls = { ...moments, queues: null, now: Date.UTC(2026, 2, 3), staleAfterMs: 7_200_000, timeZone: 'UTC' };

/** The calls of so long before the period are read, too. */
const presenceStaleMs = 10_000;
const agentRules = {
  now: calls.now,
  staleAfterMs: calls.staleAfterMs,
  ringMsMax: 120_000,
  presenceStaleMs,
  wrapUpMs: 0,
};

const exported = { ...moments, after: null, limit, visibleQueues };
/** What a past board reads, back to `since`. */
const past = (since: number, known: 'now' | 'then') => ({
  at: since + 10_000,
  known,
  staleAfterMs: 10_000,
  keepMs: 5_000,
  finished: true,
  segmentsMs: 10_000,
});
const pastCounts = (since: number) => ({
  from: new Date(since).toISOString(),
  to: new Date(since + 24 * 3_600_000).toISOString(),
  played: ['many.1'],
});

/** The gateway's queries, by name. */
const reads = {
  'all calls': (db: Queryable) => listCalls(db, {}),
  'calls by state': (db: Queryable) => listCalls(db, { state: 'WAITING' }),
  'finished calls': (db: Queryable) => listCalls(db, { state: 'FINISHED' }),
  'calls of a queue': (db: Queryable) => listCalls(db, { queue: '903', limit: 100 }),
  'waiting calls of a queue': (db: Queryable) => listCalls(db, { queue: '903', state: 'WAITING' }),
  'a call': (db: Queryable) => listCalls(db, { aggregate_id: 'many.77' }),
  'a page of calls': (db: Queryable) => listCalls(db, { before: 1_000 * 10 * 4096, limit: 100 }),
  'calls in visible queues': (db: Queryable) => listCalls(db, { visibleQueues: ['903', '904'], limit }),
  'events of a call': (db: Queryable) => listCallEvents(db, { topic: 'call-events', callId: 'many.77' }),
  'events of a call in a visible queue': (db: Queryable) =>
    listCallEvents(db, { topic: 'call-events', callId: 'many.77', visibleQueues: ['903'] }),
  'found by number': (db: Queryable) => searchCalls(db, { number: '80077', limit, visibleQueues }),
  'a whole call': (db: Queryable) => readCall(db, { callId: 'many.77', visibleQueues }),
  'found by call_id': (db: Queryable) => searchCalls(db, { call_id: 'many.77', limit, visibleQueues }),
  'found by time': (db: Queryable) => searchCalls(db, { ...moments, limit, visibleQueues }),
  'a page of calls in visible queues': (db: Queryable) =>
    searchCalls(db, { before: 1_000 * 10 * 4096, limit, visibleQueues: ['903', '904'] }),
  'visits of ten seconds': (db: Queryable) => countVisits(db, visits),
  'visits by quarters of an hour': (db: Queryable) => countVisits(db, { ...visits, interval: '15m', queues: ['903'] }),
  'calls of ten seconds': (db: Queryable) => countCalls(db, { ...calls, interval: null }),
  'calls by quarters of an hour': (db: Queryable) => countCalls(db, { ...calls, interval: '15m', queues: ['903'] }),
  'samples of the last minute': (db: Queryable, since: number) =>
    sampleCalls(db, {
      from: new Date(since).toISOString(),
      to: new Date(since + 60_000).toISOString(),
      everyMs: 5_000,
      queues: null,
      staleAfterMs: 60_000,
    }),
  'calls of agents': (db: Queryable) =>
    countAgentCalls(db, { ...moments, queues: ['903'], visibleQueues, limit, rules: agentRules, withOccupancy: true }),
  'talk times by quarters of an hour': (db: Queryable) =>
    countTalkTimes(db, { ...visits, interval: '15m', queues: ['903'], visibleQueues, limit }),
  'exported calls': (db: Queryable) => exportCalls(db, { ...calls, ...exported, queues: undefined }),
  'exported visits': (db: Queryable) => exportVisits(db, { ...exported, timeZone: 'UTC' }),
  'exported agent calls': (db: Queryable) => exportAgentCalls(db, { ...exported, visibleQueues: ['903'] }),
  'exported agent sessions': (db: Queryable) => exportAgentSessions(db, { ...exported, visibleQueues: ['903'] }),
  'exported events': (db: Queryable) => exportEvents(db, { ...exported, topic: 'call-events', visibleQueues: ['903'] }),
  'live calls': (db: Queryable, since: number) => countLiveCalls(db, since),
  'agent marks': (db: Queryable, since: number) => readAgentMarks(db, since),
  'unknown types': (db: Queryable, since: number) => countUnknownTypes(db, new Date(since).toISOString()),
  'agent segments': (db: Queryable, since: number) => readAgentSegments(db, since),
  'calls known now of a past board': (db: Queryable, since: number) => readPastCalls(db, past(since, 'now')),
  'calls known then of a past board': (db: Queryable, since: number) => readPastCalls(db, past(since, 'then')),
  'agent marks of a past board': (db: Queryable, since: number) => readPastAgentMarks(db, past(since, 'then'), since),
  'agent segments of a past board': (db: Queryable, since: number) =>
    readPastSegments(db, past(since, 'then'), { played: ['many.1'], marks: [] }),
  'visits of a past board': (db: Queryable, since: number) =>
    countPastVisits(db, past(since, 'then'), { ...visits, ...pastCounts(since) }),
  'outcomes of a past board': (db: Queryable, since: number) =>
    countPastCalls(db, past(since, 'then'), pastCounts(since)),
} as const;

/** The plan of each of the gateway's queries; those of the live state look back to `since`, in ms since 1970. */
export async function executeReads(db: Tables, since: number): Promise<Map<string, ExecutedPlan>> {
  const all = new Map<string, ExecutedPlan>();
  for (const [name, read] of Object.entries(reads)) {
    const [executed] = await explainReads(db, (explained) => read(explained, since));
    if (executed) all.set(name, executed);
  }
  return all;
}
