import { connect } from '@callstream/client';
import type { Client, Store } from '@callstream/client';
import type { Agents, Queues } from '@callstream/contracts';
import type { ReceivedCall } from '@callstream/contracts/live-call-of';
import type { Call } from '@callstream/domain';
import { throttle } from '@callstream/resilience';
import { createNameLookup, noNames } from './names/name-lookup.ts';
import type { NameLookup } from './names/name-lookup.ts';
import { takeSamples } from './today/samples.ts';
import type { Samples } from './today/samples.ts';

/** Throttle of renders, in ms: faster than anybody reads, and slow enough for thousands of rows. */
const renderEveryMs = 200;

/** A path of the API. Relative to the page, as a proxy may serve the gateway under a path. */
export type ApiPath = `api/${string}`;

/** The connection to the gateway. Its data are stores for `useSyncExternalStore`. */
export interface Gateway extends Disposable {
  readonly client: Client;
  readonly calls: Store<readonly ReceivedCall[]>;
  readonly queues: Store<Queues | null>;
  readonly agents: Store<Agents | null>;
  readonly names: Store<NameLookup>;
  readonly samples: Samples;
  /** GET over HTTP. @throws {GatewayError} if the status is not 2xx */
  readonly fetchJson: (path: ApiPath, signal?: AbortSignal) => Promise<unknown>;
  /** GET over HTTP; saves the answer as a file. @throws {GatewayError} if the status is not 2xx */
  readonly download: (path: ApiPath) => Promise<void>;
}

/** The gateway answered with an error status. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** Hides calls of which only a side event is known, e.g. a recording. */
export const isShown = ({ isOpened, finishedAt }: Call): boolean => isOpened || finishedAt !== null;

/** Connects to the gateway that served this page. */
export function openGateway(token: string | null): Gateway {
  // A path of its own, so that a proxy can route it apart from the page; relative, as a proxy may serve the page under a path.
  const url = new URL('socket', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const client = connect(url.href, token === null ? {} : { token: () => token });
  const queues = latest<Queues>(client, 'WatchQueues', (set) => client.on('Queues', ({ data }) => set(data)));
  const agents = latest<Agents>(client, 'WatchAgents', (set) => client.on('Agents', ({ data }) => set(data)));
  const names = createStore(noNames);
  client.on('Names', ({ data }) => names.set(createNameLookup(data)));
  client.watch({ event: 'WatchNames', data: {} });
  const calls = createStore<readonly ReceivedCall[]>([]);
  const render = throttle({ everyMs: renderEveryMs }, () =>
    calls.set([...client.board.get().values()].filter(isShown)),
  );
  client.board.subscribe(render.changed);
  const samples = takeSamples({ calls, client });
  return {
    client,
    calls,
    queues,
    agents,
    names,
    samples,
    fetchJson: (path, signal) => fetchJson(path, token, signal),
    download: (path) => download(path, token),
    [Symbol.dispose]: () => {
      render.stop();
      queues[Symbol.dispose]();
      agents[Symbol.dispose]();
      samples[Symbol.dispose]();
      client.close();
    },
  };
}

/** The latest message of a subscription that `command` starts, throttled. `listen` passes each message to `set`. */
function latest<T>(
  client: Client,
  command: string,
  listen: (set: (data: T) => void) => void,
): Store<T | null> & Disposable {
  const store = createStore<T | null>(null);
  let newest: T | null = null;
  // A change of many agents comes in several frames.
  const render = throttle({ everyMs: renderEveryMs }, () => store.set(newest));
  listen((data) => {
    newest = data;
    render.changed();
  });
  client.watch({ event: command, data: {} });
  return { get: store.get, subscribe: store.subscribe, [Symbol.dispose]: render.stop };
}

/** A value whose changes can be observed. */
export function createStore<T>(initial: T): Store<T> & { readonly set: (value: T) => void } {
  const listeners = new Set<(value: T) => void>();
  let value = initial;
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

/**
 * GET from the gateway that served this page; of NDJSON an array. `path` is relative to the page.
 * @throws {GatewayError} if the status is not 2xx
 */
export async function fetchJson(path: ApiPath, token: string | null, signal?: AbortSignal): Promise<unknown> {
  const response = await get(path, token, signal);
  if (!response.headers.get('content-type')?.startsWith('application/x-ndjson')) return response.json();
  const lines = (await response.text()).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}

/** Saves an answer under the name that the gateway gives it. A link could not send the token. */
async function download(path: ApiPath, token: string | null): Promise<void> {
  const response = await get(path, token);
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'callstream.csv';
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

async function get(path: ApiPath, token: string | null, signal?: AbortSignal): Promise<Response> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers, ...(signal ? { signal } : {}) });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
  throw new GatewayError(response.status, typeof problem.detail === 'string' ? problem.detail : response.statusText);
}
