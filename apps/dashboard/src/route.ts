import { callStates } from '@callstream/domain';
import type { CallState } from '@callstream/domain';

export const views = ['now', 'calls', 'agents', 'today'] as const;
type View = (typeof views)[number];

export const sortKeys = ['state', 'queue', 'number', 'agent', 'timer', 'age'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What is shown: all of it stands in the address, so that every view can be sent to somebody, filters and all. */
export interface Route {
  readonly view: View;
  /** The call whose page this is; null on the other pages. */
  readonly callId: string | null;
  /** Only these states; none means all. */
  readonly states: readonly CallState[];
  /** Only this queue; null: every queue. */
  readonly queue: string | null;
  /** A part of a number or of a call_id. */
  readonly search: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
  /** Calls as columns of states instead of a table. */
  readonly asColumns: boolean;
}

export const defaultRoute: Route = {
  ...{ view: 'now', callId: null, states: [], queue: null, search: '', sort: 'state' },
  ...{ isDescending: false, asColumns: false },
};

/**
 * Reads what stands behind the `#` of the address: `#/calls?state=WAITING&queue=900`. It stands there and not in the path
 * because what is searched for is a phone number, and paths are written into the logs of servers.
 */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const [name = '', id = ''] = splitOnce(path, '/');
  const asked = new URLSearchParams(query);
  const wanted = (asked.get('state') ?? '').split(',');
  const sort = asked.get('sort') ?? '';
  return {
    view: views.find((view) => view === name) ?? 'now',
    callId: name === 'calls' && id !== '' ? decode(id) : null,
    states: callStates.filter((state) => wanted.includes(state)),
    queue: asked.get('queue'),
    search: asked.get('search') ?? '',
    sort: sortKeys.find((known) => `-${known}` === sort || known === sort) ?? defaultRoute.sort,
    isDescending: sort.startsWith('-'),
    asColumns: asked.get('as') === 'columns',
  };
}

/** The address of a route, from its `#` on; {@link parseRoute} reads the same from it. */
export function routeHash(part: Partial<Route>): string {
  const route = { ...defaultRoute, ...part };
  const query = new URLSearchParams();
  if (route.states.length > 0) query.set('state', route.states.join(','));
  if (route.queue !== null) query.set('queue', route.queue);
  if (route.search !== '') query.set('search', route.search);
  if (route.sort !== defaultRoute.sort || route.isDescending)
    query.set('sort', `${route.isDescending ? '-' : ''}${route.sort}`);
  if (route.asColumns) query.set('as', 'columns');
  const path = route.callId === null ? route.view : `calls/${encodeURIComponent(route.callId)}`;
  return `#/${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
}

function splitOnce(text: string, at: string): string[] {
  const i = text.indexOf(at);
  return i < 0 ? [text] : [text.slice(0, i), text.slice(i + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
