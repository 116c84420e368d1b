import { callStates } from '@callstream/domain';
import type { CallState } from '@callstream/domain';
import { defaultHistory, parseHistory, writeHistory } from './history/history-route.ts';
import type { HistoryRoute } from './history/history-route.ts';

export const views = ['now', 'calls', 'agents', 'today', 'history'] as const;
type View = (typeof views)[number];

export const sortKeys = ['state', 'queue', 'number', 'agent', 'timer', 'age'] as const;
export type SortKey = (typeof sortKeys)[number];

/** The state of a view. All of it is in the address, so that a view with its filters can be shared as a link. */
export interface Route {
  readonly view: View;
  /** The call that is shown; null on all other pages. */
  readonly callId: string | null;
  /** The number, or the theme of numbers, whose definition is shown; null on all other pages. */
  readonly number: string | null;
  /** Filter; empty: all states. */
  readonly states: readonly CallState[];
  /** Filter; null: all queues. */
  readonly queue: string | null;
  /** Part of a number, a call_id or an agent. */
  readonly search: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
  /** Calls as one column per state instead of a table. */
  readonly asColumns: boolean;
  /** The period of the history. */
  readonly history: HistoryRoute;
  /** The past moment that is shown, in ms since 1970; null: the live board. */
  readonly at: number | null;
  /** What counts as known of it. */
  readonly known: 'now' | 'then';
  /** Whether what was known then is shown beside what is known now. */
  readonly isDifference: boolean;
}

/** Views that can show the past. */
export const pastViews = ['now', 'calls', 'agents'] as const satisfies View[];
const hasPast = (view: View): boolean => pastViews.some((past) => past === view);

export const defaultRoute: Route = {
  view: 'now',
  callId: null,
  number: null,
  states: [],
  queue: null,
  search: '',
  sort: 'state',
  isDescending: false,
  asColumns: false,
  history: defaultHistory,
  at: null,
  known: 'now',
  isDifference: false,
};

/**
 * Parses the hash of the address, e.g. `#/calls?state=WAITING&queue=900`. The route is in the hash, not in the path, because a
 * search is a phone number, and servers log paths. Invalid parts get their default.
 */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const [name = '', id = ''] = splitOnce(path, '/');
  const params = new URLSearchParams(query);
  const states = (params.get('state') ?? '').split(',');
  const sort = params.get('sort') ?? '';
  return {
    view: views.find((view) => view === name) ?? 'now',
    callId: name === 'calls' && id !== '' ? decode(id) : null,
    number: name === 'numbers' ? decode(id) : null,
    states: callStates.filter((state) => states.includes(state)),
    queue: params.get('queue'),
    search: params.get('search') ?? '',
    sort: sortKeys.find((key) => `-${key}` === sort || key === sort) ?? defaultRoute.sort,
    isDescending: sort.startsWith('-'),
    asColumns: params.get('as') === 'columns',
    history: name === 'history' ? parseHistory(params) : defaultHistory,
    at: momentOf(params.get('at')),
    known: params.get('known') === 'then' ? 'then' : 'now',
    isDifference: params.get('difference') === 'true',
  };
}

/** The hash of a route; the inverse of {@link parseRoute}. */
export function routeHash(part: Partial<Route>): string {
  const route = { ...defaultRoute, ...part };
  const query = new URLSearchParams();
  if (route.states.length > 0) query.set('state', route.states.join(','));
  if (route.queue !== null) query.set('queue', route.queue);
  if (route.search !== '') query.set('search', route.search);
  if (route.sort !== defaultRoute.sort || route.isDescending)
    query.set('sort', `${route.isDescending ? '-' : ''}${route.sort}`);
  if (route.asColumns) query.set('as', 'columns');
  if (route.view === 'history') writeHistory(route.history, query);
  if (route.at !== null && hasPast(route.view)) query.set('at', new Date(route.at).toISOString().replace('.000Z', 'Z'));
  if (route.known === 'then' && hasPast(route.view)) query.set('known', 'then');
  if (route.isDifference && hasPast(route.view)) query.set('difference', 'true');
  return `#/${pathOf(route)}${query.size > 0 ? `?${query.toString()}` : ''}`;
}

/** First and last moment that the gateway accepts, in ms since 1970. */
const [atMin, atMax] = [Date.UTC(2000), Date.UTC(2100) - 1] as const;

function momentOf(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text);
  return at >= atMin && at <= atMax ? at : null;
}

function pathOf({ view, callId, number }: Route): string {
  if (number !== null) return `numbers/${encodeURIComponent(number)}`;
  return callId === null ? view : `calls/${encodeURIComponent(callId)}`;
}

/** Splits at the first `separator`. */
function splitOnce(text: string, separator: string): string[] {
  const i = text.indexOf(separator);
  return i < 0 ? [text] : [text.slice(0, i), text.slice(i + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
