import { until } from '@callstream/stack';
import type { ClientOptions } from 'ws';
import { connect } from './client.ts';
import type { TestClient } from './client.ts';

interface OldFrame {
  readonly event: string;
  readonly status?: string;
  readonly data: unknown;
}

/** A dashboard of the first generation. It neither reconnects nor subscribes. */
export interface OldDashboard extends Disposable {
  readonly client: TestClient;
  /** Number of lists that it rendered. */
  readonly lists: () => number;
  /** Resolves once its columns have these calls, and no others. @throws {Error} also if a list broke the page */
  readonly shows: (wanted: Readonly<Record<string, readonly string[]>>) => Promise<void>;
}

/**
 * Opens a page that lists calls on open and on each `DataChanged`. It takes the `data` of each answer for a list, whatever the
 * status. As in React, an error while it renders ends the page: it never renders again.
 */
export async function openOldDashboard(port: number, path?: string, options?: ClientOptions): Promise<OldDashboard> {
  const client = await connect(port, path, options);
  let lists = 0;
  let columns: Partial<Record<string, readonly string[]>> = {};
  let failure: unknown = null;
  const listCalls = () => client.send({ event: 'ListCalls', data: { params: {} } });
  const render = (calls: { readonly state: string; readonly aggregate_id: string }[]): void => {
    const ids = (state: string) => calls.filter((call) => call.state === state).map((call) => call.aggregate_id);
    columns = Object.fromEntries(calls.map(({ state }) => [state, ids(state)]));
    lists++;
  };
  client.socket.on('message', (text: Buffer) => {
    const { event, status, data } = JSON.parse(text.toString()) as OldFrame;
    if (event === 'DataChanged' && status === 'Ok') listCalls();
    if (event !== 'ListCalls' || failure !== null) return;
    try {
      render(data as Parameters<typeof render>[0]);
    } catch (error) {
      failure = error;
    }
  });
  listCalls();
  return {
    client,
    lists: () => lists,
    shows: async (wanted) => {
      const text = sortedJson(wanted);
      await until(() => failure !== null || sortedJson(columns) === text, {
        everyMs: 5,
        onTimeout: () => new Error(`The old dashboard shows ${sortedJson(columns)}, not ${text}.`),
      });
      if (failure !== null) throw new Error('A list broke the old dashboard.', { cause: failure });
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

const sortedJson = (columns: Partial<Record<string, readonly string[]>>): string =>
  JSON.stringify(Object.entries(columns).toSorted(([a], [b]) => (a < b ? -1 : 1)));
