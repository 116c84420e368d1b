import { connect } from '@callstream/client';
import type { Client, Store } from '@callstream/client';
import type { Agents, Queues } from '@callstream/contracts';
import type { Call } from '@callstream/domain';
import { throttle } from './throttle.ts';
import { takeSamples } from './today/samples.ts';
import type { Samples } from './today/samples.ts';

/** The board is drawn at most this often, in ms: faster than anybody reads, and slow enough for thousands of rows. */
const drawEveryMs = 200;

/** Everything that the dashboard shows, and the gateway's clock. Every part is a store for `useSyncExternalStore`. */
export interface Gateway extends Disposable {
  readonly client: Client;
  readonly calls: Store<readonly Call[]>;
  readonly queues: Store<Queues | null>;
  readonly agents: Store<Agents | null>;
  readonly samples: Samples;
  /** Asks over HTTP. @throws {Refused} with the status, if the gateway does not answer with what was asked for */
  readonly ask: (path: string, signal?: AbortSignal) => Promise<unknown>;
}

export class GatewayError extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** What only has a recording or data, say, is no call that one would look for. */
const isShown = ({ isOpened, finishedAt }: Call): boolean => isOpened || finishedAt !== null;

/** Connects to the gateway that this page came from. */
export function openGateway(token: string | null): Gateway {
  // Behind a path of its own, so that a proxy can tell it from the page.
  const url = new URL('/socket', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const client = connect(url.href, token === null ? {} : { token: () => token });
  const queues = latest<Queues>(client, 'WatchQueues', (set) => client.on('Queues', ({ data }) => set(data)));
  const agents = latest<Agents>(client, 'WatchAgents', (set) => client.on('Agents', ({ data }) => set(data)));
  const calls = createStore<readonly Call[]>([]);
  const drawing = throttle(drawEveryMs, () => calls.set([...client.board.get().values()].filter(isShown)));
  client.board.subscribe(drawing.changed);
  const samples = takeSamples({ calls, client });
  return {
    ...{ client, calls, queues, agents, samples },
    ask: (path, signal) => fetchJson(path, token, signal),
    [Symbol.dispose]: () => {
      drawing.stop();
      samples[Symbol.dispose]();
      client.close();
    },
  };
}

/** The last of what the gateway tells of, once it is asked to by `watch`. */
function latest<T>(client: Client, watch: string, hear: (set: (data: T) => void) => void): Store<T | null> {
  const store = createStore<T | null>(null);
  hear(store.set);
  client.watch({ event: watch, data: {} });
  return store;
}

function createStore<T>(first: T): Store<T> & { readonly set: (value: T) => void } {
  const listeners = new Set<(value: T) => void>();
  let value = first;
  return {
    get: () => value,
    set: (next) => {
      value = next;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Asks the gateway that this page came from. @throws {Refused} if it does not answer with what was asked for */
export async function fetchJson(path: string, token: string | null, signal?: AbortSignal): Promise<unknown> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers, ...(signal ? { signal } : {}) });
  if (response.ok) return response.json();
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
  throw new GatewayError(response.status, typeof problem.detail === 'string' ? problem.detail : response.statusText);
}
