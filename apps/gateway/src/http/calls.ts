import { FindCalls, identifier } from '@callstream/contracts';
import { listCallEvents, readCall, readPeriod, searchCalls } from '@callstream/tables';
import { maskEvent, maskNumber, maskRow, shownDigits } from '../access/mask.ts';
import { Rejected } from './problem.ts';
import { readQuery } from './questions.ts';
import type { Route } from './routes.ts';

export interface CallRoutes {
  readonly topic: string;
  readonly timeZone: string;
}

/** `GET /api/calls` */
export const findCalls =
  ({ timeZone }: CallRoutes): Route =>
  ({ query, scope }) => {
    const { state, queue, number, from, to, limit, ...rest } = readQuery(FindCalls, query);
    if (scope.masked && number !== undefined && number.length > shownDigits)
      throw new Rejected({
        kind: 'forbidden',
        problem: `Numbers are masked for you: search by their last ${shownDigits} digits at most.`,
      });
    return async (db) => {
      const period = from || to ? await readPeriod(db, { from, to, now: Date.now(), timeZone }) : undefined;
      const rows = await searchCalls(db, {
        ...rest,
        states: state,
        queues: queue,
        number,
        from: from && period?.from,
        to: to && period?.to,
        // One more, to know whether there is another page.
        limit: limit + 1,
        visibleQueues: scope.queues,
      });
      const calls = rows.slice(0, limit);
      return {
        calls: scope.masked ? calls.map(maskRow) : calls,
        next: rows.length > limit ? (calls.at(-1)?.id ?? null) : null,
      };
    };
  };

/** `GET /api/calls/{call_id}` */
export const getCall: Route = ({ params, scope }) => {
  const callId = callIdOf(params);
  return async (db) => {
    const call = await readCall(db, { callId, visibleQueues: scope.queues });
    if (!call) return new Rejected({ kind: 'not-found' });
    if (!scope.masked) return call;
    const agents = call.agents.map(({ number, ...agent }) => ({ ...agent, number: number && maskNumber(number) }));
    return { ...maskRow(call), agents };
  };
};

/** `GET /api/calls/{call_id}/events` */
export const getEvents =
  ({ topic }: CallRoutes): Route =>
  ({ params, scope }) => {
    const callId = callIdOf(params);
    return async (db) => {
      const rows = await listCallEvents(db, { topic, callId, visibleQueues: scope.queues });
      if (rows.length === 0) return new Rejected({ kind: 'not-found' });
      return { events: scope.masked ? rows.map(maskEvent) : rows };
    };
  };

function callIdOf({ call_id }: Readonly<Record<string, string>>): string {
  const read = identifier.safeParse(call_id);
  if (!read.success) throw new Rejected({ kind: 'malformed', problem: 'call_id: must be 1 to 512 characters' });
  return read.data;
}
