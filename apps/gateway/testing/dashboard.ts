import type { LiveCall, ServerMessage } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { connect } from './client.ts';
import type { TestClient } from './client.ts';

const parties = { direction: 'inbound', our_number: '1100', their_number: '2200' };
let second = 0;

/** An event of a call, one second after the previous event. */
export const event = (type: string, call_id: string, more: object = {}) => ({
  type,
  call_id,
  timestamp: new Date(Date.now() - 600_000 + ++second * 1_000).toISOString(),
  ...parties,
  ...more,
});
export const waits = (call_id: string, queue = '900') => event('call.waiting', call_id, { queue });

export const isEvent = (wanted: ServerMessage['event']) => (message: ServerMessage) => message.event === wanted;
export type MessageOf<Event extends ServerMessage['event']> = Extract<ServerMessage, { event: Event }>;

/** A client that keeps the calls that it is sent, as a dashboard does. */
export interface TestDashboard extends Disposable {
  readonly client: TestClient;
  readonly calls: Map<string, LiveCall>;
  readonly cursor: () => string;
  /** The first part of the answer to `Subscribe`. */
  readonly snapshot: () => Promise<MessageOf<'Snapshot'>['data']>;
  /** Resolves once it shows these calls in these states, and no others. */
  readonly shows: (wanted: Readonly<Record<string, string>>) => Promise<void>;
}

export interface TestDashboardOptions {
  readonly subscribe?: object;
  /** Calls that it shows from the start. */
  readonly calls?: Map<string, LiveCall>;
}

export async function openDashboard(
  port: number,
  { subscribe = {}, calls = new Map() }: TestDashboardOptions = {},
): Promise<TestDashboard> {
  const client = await connect(port);
  let cursor = '';
  client.socket.on('message', (data: Buffer) => {
    // `connect` checks each frame against the protocol.
    const message = JSON.parse(data.toString()) as ServerMessage;
    if ((message.event !== 'Snapshot' && message.event !== 'CallsChanged') || !('calls' in message.data)) return;
    if ('reset' in message.data && message.data.part === 1) calls.clear();
    for (const call of message.data.calls) calls.set(call.call_id, call);
    for (const callId of message.data.gone ?? []) calls.delete(callId);
    cursor = message.data.cursor ?? cursor;
  });
  client.send({ event: 'Subscribe', data: subscribe, id: 'subscribe' });
  const shown = () => sortedJson(Object.fromEntries([...calls].map(([id, { state }]) => [id, state])));
  return {
    client,
    calls,
    cursor: () => cursor,
    snapshot: async () => ((await client.next(isEvent('Snapshot'))) as MessageOf<'Snapshot'>).data,
    shows: async (wanted) => {
      await until(() => shown() === sortedJson(wanted), {
        everyMs: 5,
        onTimeout: () => new Error(`The dashboard shows ${shown()}, not ${sortedJson(wanted)}.`),
      });
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

const sortedJson = (states: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(states).toSorted(([a], [b]) => (a < b ? -1 : 1)));
