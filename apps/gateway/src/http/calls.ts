import { FindCalls, FindEvents, identifier } from '@callstream/contracts';
import { readCall, readPeriod, searchCalls } from '@callstream/tables';
import { maskNumber, maskRow, shownDigits } from '../access/mask.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { CallQueries } from '../queries/call-queries.ts';
import { Rejected } from './problem.ts';
import { readQuery } from './read-query.ts';
import type { ApiRequest, QueryRoute } from './routes.ts';

export interface CallRouteOptions {
  readonly timeZone: string;
}

/** `GET /api/calls` */
export const findCalls =
  ({ timeZone }: CallRouteOptions): QueryRoute =>
  ({ query, scope }) => {
    const { state, queue, number, from, to, ...rest } = readQuery(FindCalls, query);
    if (scope.masked && number !== undefined && number.length > shownDigits)
      throw new Rejected({
        kind: 'forbidden',
        problem: `number: this token masks numbers, so at most their last ${shownDigits} digits can be searched`,
      });
    return async (db) => {
      const period = from || to ? await readPeriod(db, { from, to, now: Date.now(), timeZone }) : undefined;
      const { rows, more } = await searchCalls(db, {
        ...rest,
        states: state,
        queues: queue,
        number,
        from: from && period?.from,
        to: to && period?.to,
        visibleQueues: scope.queues,
      });
      return { calls: scope.masked ? rows.map(maskRow) : rows, next: more ? (rows.at(-1)?.id ?? null) : null };
    };
  };

/** `GET /api/calls/{call_id}` */
export const getCall: QueryRoute = ({ params, scope }) => {
  const callId = callIdOf(params);
  return async (db) => {
    const found = await readCall(db, { callId, visibleQueues: scope.queues });
    if (!found) return new Rejected({ kind: 'not-found' });
    const { more, ...rest } = found;
    const call = more ? found : rest;
    if (!scope.masked) return call;
    const agents = call.agents.map(({ number, ...agent }) => ({ ...agent, number: number && maskNumber(number) }));
    return { ...maskRow(call), agents };
  };
};

/** `GET /api/calls/{call_id}/events` */
export const getEvents =
  (queries: Pick<CallQueries, 'listCallEvents'>) =>
  async (requester: Requester, { params, query, scope }: ApiRequest): Promise<Buffer> => {
    const { before, limit } = readQuery(FindEvents, query);
    const { page, uuids } = await queries.listCallEvents(requester, { callId: callIdOf(params), before, limit }, scope);
    // An empty page before the first event is a normal answer; without `before`, the call does not exist.
    if (uuids.length === 0 && before === undefined) throw new Rejected({ kind: 'not-found' });
    return page;
  };

function callIdOf({ call_id }: Readonly<Record<string, string>>): string {
  const parsed = identifier.safeParse(call_id);
  if (!parsed.success) throw new Rejected({ kind: 'malformed', problem: 'call_id: must be 1 to 512 characters' });
  return parsed.data;
}
