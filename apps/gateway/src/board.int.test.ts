import { liveCallOf, ServerMessage } from '@callstream/contracts';
import type { LiveCall } from '@callstream/contracts';
import { fold } from '@callstream/domain';
import { until } from '@callstream/stack';
import { connect, startGateway } from '../testing/gateway.ts';
import { startTables } from '../testing/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;

const parties = { direction: 'inbound', our_number: '1100', their_number: '2200' };
let second = 0;
/** An event of a call, a second after the one before. */
const event = (type: string, call_id: string, more: object = {}) => ({
  ...{ type, call_id, timestamp: new Date(Date.now() - 600_000 + ++second * 1_000).toISOString() },
  ...parties,
  ...more,
});
const waits = (call_id: string, queue = '900') => event('call.waiting', call_id, { queue });

type Of<Event extends string> = Extract<ServerMessage, { event: Event }>;
const is = (event: ServerMessage['event']) => (message: ServerMessage) => message.event === event;

/** A client that keeps what it is told, as a dashboard does. */
async function watch(subscribe: object, calls = new Map<string, LiveCall>(), port = gateway.port) {
  const client = await connect(port);
  let cursor: string | undefined;
  let isComplete = false;
  client.socket.on('message', (data: Buffer) => {
    const message = ServerMessage.parse(JSON.parse(data.toString()));
    if (message.event !== 'Snapshot' && message.event !== 'CallsChanged') return;
    if ('reset' in message.data && message.data.part === 1) calls.clear();
    for (const call of message.data.calls) calls.set(call.call_id, call);
    for (const callId of message.data.gone ?? []) calls.delete(callId);
    cursor = message.data.cursor ?? cursor;
    isComplete ||= message.data.cursor !== undefined;
  });
  client.send({ event: 'Subscribe', data: subscribe, id: 's' });
  return {
    client,
    calls,
    cursor: () => cursor,
    complete: () => until(() => isComplete, { timeoutMs: 10_000, onTimeout: () => new Error('no snapshot') }),
    shows: async (wanted: Record<string, string>) => {
      const shown = () => Object.fromEntries([...calls].map(([id, { state }]) => [id, state]));
      const same = () =>
        JSON.stringify(Object.entries(shown()).toSorted()) === JSON.stringify(Object.entries(wanted).toSorted());
      await until(same, {
        timeoutMs: 10_000,
        everyMs: 5,
        onTimeout: () => new Error(`It shows ${JSON.stringify(shown())}`),
      });
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

beforeAll(async () => {
  tables = await startTables();
  await tables.add([event('call.new', 'a'), waits('b')]);
  gateway = await startGateway(tables.env);
  await gateway.ready();
}, 60_000);
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

it('a subscriber gets the calls of now, and then what changes, before it is projected', async () => {
  using dashboard = await watch({});
  await dashboard.shows({ a: 'NEW', b: 'WAITING' });
  await tables.append([waits('a'), event('call.new', 'c')]);
  await dashboard.shows({ a: 'WAITING', b: 'WAITING', c: 'NEW' });
  const folded = [...fold(tables.log).values()].map(liveCallOf);
  for (const call of folded) expect(dashboard.calls.get(call.call_id)).toEqual(JSON.parse(JSON.stringify(call)));
});

it('what leaves a filter leaves the screen, and what changes while a client is away reaches it when it comes back', async () => {
  using waiting = await watch({ states: ['WAITING'], queues: ['900'] });
  await waiting.shows({ a: 'WAITING', b: 'WAITING' });
  await tables.append([event('call.ongoing', 'b')]);
  await waiting.shows({ a: 'WAITING' });
  waiting.client[Symbol.dispose]();
  await tables.append([waits('c'), event('call.finished', 'a')]);
  using back = await watch({ states: ['WAITING'], queues: ['900'], cursor: waiting.cursor() }, waiting.calls);
  await back.shows({ c: 'WAITING' });
  expect(back.client.frames.find(is('Snapshot'))).toMatchObject({ id: 's', status: 'Ok' });
  expect((back.client.frames.find(is('Snapshot')) as Of<'Snapshot'>).data).not.toHaveProperty('reset');
});
