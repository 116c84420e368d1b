import { listCallEvents, listCalls } from '../src/index.ts';
import type { Executed } from './plans.ts';
import { explain } from './plans.ts';
import type { Tables } from '../src/index.ts';

/** What the gateway asks for, by what it is called here. */
const reads = {
  'all calls': (db: Tables) => listCalls(db, {}),
  'calls by state': (db: Tables) => listCalls(db, { state: 'WAITING' }),
  'finished calls': (db: Tables) => listCalls(db, { state: 'FINISHED' }),
  'calls of a queue': (db: Tables) => listCalls(db, { queue: '903', limit: 100 }),
  'waiting calls of a queue': (db: Tables) => listCalls(db, { queue: '903', state: 'WAITING' }),
  'a call': (db: Tables) => listCalls(db, { aggregate_id: 'many.77' }),
  'a page of calls': (db: Tables) => listCalls(db, { before: 1_000 * 10 * 4096, limit: 100 }),
  'events of a call': (db: Tables) => listCallEvents(db, { topic: 'call-events', callId: 'many.77' }),
} as const;

/** What Postgres does for each of the gateway's reads. */
export async function executeReads(db: Tables): Promise<Map<string, Executed>> {
  const all = new Map<string, Executed>();
  for (const [name, read] of Object.entries(reads)) {
    const [executed] = await explain(db, read);
    if (executed) all.set(name, executed);
  }
  return all;
}
