import { FindCalls, FindEvents, identifier } from '@callstream/contracts';
import { shownDigits } from '../access/mask.ts';
import { withCallNames, withDetailNames } from '../names/add-names.ts';
import type { NamesFile } from '../names/names-file.ts';
import type { Requester } from '../scheduling/requester.ts';
import type { CallQueries } from '../queries/call-queries.ts';
import { Rejected } from './problem.ts';
import { readQuery } from './read-query.ts';
import type { ApiRequest, QueryRoute } from './routes.ts';

export interface CallRouteOptions {
  readonly timeZone: string;
  readonly names: Pick<NamesFile, 'current'>;
}

/** `GET /api/calls` */
export const findCalls =
  ({ timeZone, names }: CallRouteOptions): QueryRoute =>
  ({ query, scope }) => {
    const { state, queue, number, from, to, ...rest } = readQuery(FindCalls, query);
    if (number !== undefined && !scope.maySearch(number))
      throw new Rejected({
        kind: 'forbidden',
        problem: `number: this token masks numbers, so at most their last ${shownDigits} digits can be searched`,
      });
    return async (tables) => {
      const period = from || to ? await tables.readPeriod({ from, to, now: Date.now(), timeZone }) : undefined;
      const { rows, more } = await tables.searchCalls({
        ...rest,
        states: state,
        queues: queue,
        number,
        from: from && period?.from,
        to: to && period?.to,
      });
      return { calls: withCallNames(rows, names.current()), next: more ? (rows.at(-1)?.id ?? null) : null };
    };
  };

/** `GET /api/calls/{call_id}` */
export const getCall =
  ({ names }: Pick<CallRouteOptions, 'names'>): QueryRoute =>
  ({ params }) => {
    const callId = callIdOf(params);
    return async (tables) => {
      const found = await tables.readCall(callId);
      if (!found) return new Rejected({ kind: 'not-found' });
      const named = withDetailNames(found, names.current());
      const { more, ...rest } = named;
      return more ? named : rest;
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
