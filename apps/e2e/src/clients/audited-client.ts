import { isDeepStrictEqual } from 'node:util';
import { connect } from '@callstream/client';
import type { Client, Filter } from '@callstream/client';
import type { LiveCall } from '@callstream/contracts';
import { callOfLive, liveCallOf } from '@callstream/contracts/live-call-of';
import type { Call } from '@callstream/domain';
import { startProxy, until } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';

/** The client of libs/client behind a proxy, which checks every frame: no call may go back to an older version. */
export interface AuditedClient extends AsyncDisposable {
  readonly client: Client;
  /** The network between client and gateway. */
  readonly proxy: Proxy;
  /** Calls that came in an older version than before: must be empty. */
  readonly regressions: readonly string[];
  readonly connectionLosses: () => number;
  /** Snapshots that replaced the board, without the first. */
  readonly resets: () => number;
  /** Resolves once the board is exactly those of `calls` that match the filter. @throws {Error} that names a difference */
  readonly untilShown: (calls: Iterable<Call>) => Promise<void>;
}

const timeoutMs = 60_000;

/** The filter's semantics, written independently of the gateway. */
const matches = ({ states, queues }: Filter, call: Call): boolean =>
  (states?.includes(call.state) ?? true) && (queues?.includes(call.queue ?? '') ?? true);

export async function openAuditedClient(port: number, filter: Filter = {}): Promise<AuditedClient> {
  const proxy = await startProxy({ to: { port } });
  const client = connect(`ws://127.0.0.1:${proxy.port}/`, { filter });
  /** The newest version of each call so far, calls that left the board included. */
  const newest = new Map<string, Call>();
  const regressions: string[] = [];
  let connectionLosses = 0;
  let snapshots = 0;
  const audit = (calls: readonly LiveCall[]): void => {
    for (const live of calls) {
      const call = callOfLive(live);
      const before = newest.get(call.callId);
      if (before && before.lastId > call.lastId)
        regressions.push(`${JSON.stringify(before)} became ${JSON.stringify(call)}`);
      else newest.set(call.callId, call);
    }
  };
  client.on('Snapshot', ({ data }) => audit(data.calls));
  client.on('CallsChanged', ({ data }) => audit(data.calls));
  client.board.subscribe(({ reset }) => {
    if (reset) snapshots++;
  });
  client.status.subscribe(({ connection }) => {
    if (connection === 'waiting') connectionLosses++;
  });
  const differenceFrom = (expected: ReadonlyMap<string, Call>): string | null => {
    const shown = client.board.get();
    for (const [callId, call] of expected)
      if (!isDeepStrictEqual(shown.get(callId), call))
        return `${JSON.stringify(shown.get(callId))} is shown instead of ${JSON.stringify(call)}`;
    const unexpected = [...shown.values()].find(({ callId }) => !expected.has(callId));
    return unexpected ? `${JSON.stringify(unexpected)} should not be shown` : null;
  };
  return {
    client,
    proxy,
    regressions,
    connectionLosses: () => connectionLosses,
    resets: () => Math.max(0, snapshots - 1),
    untilShown: async (calls) => {
      const matching = [...calls].filter((call) => matches(filter, call));
      const expected = new Map(matching.map((call) => [call.callId, callOfLive(liveCallOf(call))]));
      await until(() => client.status.get().connection === 'live' && differenceFrom(expected) === null, {
        timeoutMs,
        onTimeout: () =>
          new Error(`${JSON.stringify({ filter, ...client.status.get() })}: ${differenceFrom(expected) ?? 'not live'}`),
      });
    },
    [Symbol.asyncDispose]: async () => {
      client.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** @throws {Error} if a client got a call in an older version than before */
export function expectNoRegressions(clients: readonly AuditedClient[]): void {
  const regressions = clients.flatMap((client) => client.regressions);
  if (regressions.length > 0)
    throw new Error(`${regressions.length} times a call went back to an older version: ${regressions[0] ?? ''}`);
}
