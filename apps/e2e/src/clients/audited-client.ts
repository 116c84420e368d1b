import { isDeepStrictEqual } from 'node:util';
import { connect } from '@callstream/client';
import type { Client, Filter } from '@callstream/client';
import type { LiveCall } from '@callstream/contracts';
import { callOfLive } from '@callstream/contracts/live-call-of';
import type { Call } from '@callstream/domain';
import { startProxy, until } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';

/** A dashboard that looks at what it is sent as an auditor would. */
export interface AuditedClient extends AsyncDisposable {
  readonly client: Client;
  /** The network between it and the gateway. */
  readonly proxy: Proxy;
  /** Each time that a call came in an older version than had been shown: must be empty. */
  readonly lesser: readonly string[];
  /** Connections that were lost. */
  readonly losses: () => number;
  /** Snapshots that replaced everything, after the first. */
  readonly resets: () => number;
  /** Resolves once it shows exactly `calls`, as far as they match. @throws {Error} that names a difference */
  readonly shows: (calls: Iterable<Call>) => Promise<void>;
}

const patienceMs = 60_000;

/** What the filter lets through, written here once more. */
const matches = ({ states, queues }: Filter, call: Call): boolean =>
  (states?.includes(call.state) ?? true) && (queues?.includes(call.queue ?? '') ?? true);

export async function openAuditedClient(port: number, filter: Filter = {}): Promise<AuditedClient> {
  const proxy = await startProxy({ to: { port } });
  const client = connect(`ws://127.0.0.1:${proxy.port}/`, { filter });
  /** The most that was ever shown of each call, also of those that went. */
  const most = new Map<string, Call>();
  const lesser: string[] = [];
  let [losses, replaced] = [0, 0];
  const audit = (calls: readonly LiveCall[]): void => {
    for (const live of calls) {
      const call = callOfLive(live);
      const before = most.get(call.callId);
      if (before && before.lastId > call.lastId)
        lesser.push(`${JSON.stringify(before)} became ${JSON.stringify(call)}`);
      else most.set(call.callId, call);
    }
  };
  client.on('Snapshot', ({ data }) => audit(data.calls));
  client.on('CallsChanged', ({ data }) => audit(data.calls));
  client.board.subscribe(({ reset }) => {
    if (reset) replaced++;
  });
  client.status.subscribe(({ connection }) => {
    if (connection === 'waiting') losses++;
  });
  const differenceTo = (expected: ReadonlyMap<string, Call>): string | null => {
    const shown = client.board.get();
    for (const [callId, call] of expected)
      if (!isDeepStrictEqual(shown.get(callId), call))
        return `${JSON.stringify(shown.get(callId))} is shown instead of ${JSON.stringify(call)}`;
    const surplus = [...shown.values()].find(({ callId }) => !expected.has(callId));
    return surplus ? `${JSON.stringify(surplus)} should not be shown` : null;
  };
  return {
    ...{ client, proxy, lesser },
    losses: () => losses,
    resets: () => Math.max(0, replaced - 1),
    shows: async (calls) => {
      const wanted = [...calls].filter((call) => matches(filter, call));
      const expected = new Map(wanted.map((call) => [call.callId, call]));
      await until(() => client.status.get().connection === 'live' && differenceTo(expected) === null, {
        timeoutMs: patienceMs,
        onTimeout: () =>
          new Error(`${JSON.stringify({ filter, ...client.status.get() })}: ${differenceTo(expected) ?? 'not live'}`),
      });
    },
    [Symbol.asyncDispose]: async () => {
      client.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
