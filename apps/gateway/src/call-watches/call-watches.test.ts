import type { CallEvent } from '@callstream/domain';
import { eventsOf } from '@callstream/domain/testing';
import { responseBytesMax } from '@callstream/tables';
import { everything, Scope } from '../access/scope.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { Sized } from '../outbox/unsent-budget.ts';
import { createCallWatches } from './call-watches.ts';
import type { CallWatchesOptions } from './call-watches.ts';
import { fakeSocketClient } from '../../testing/fake-socket-client.ts';

const noEvents = { rows: Buffer.from('[]'), page: Buffer.from(''), more: false, uuids: [] };
/** New events of a call, each with a body of so many bytes. */
const eventsWith = (bytes: number, count: number): CallEvent[] =>
  eventsOf(
    Array.from({ length: count }, (_, i) => ({
      body: JSON.stringify({ type: 'call.data-provided', call_id: 'c', n: i, data: 'x'.repeat(bytes) }),
      receivedAt: '2026-03-02T13:00:00.000Z',
    })),
  );

/** Watches, and clients with what they were sent and what is held for them. */
function createTestWatches(
  listCallEvents: CallWatchesOptions['listCallEvents'] = () => Promise.resolve(noEvents),
  scope = everything,
) {
  const watches = createCallWatches({
    topic: 't',
    positions: () => new Map(),
    projected: () => Promise.resolve(new Map()),
    listCallEvents,
    queueOf: () => null,
  });
  const client = () => {
    const sent: OutgoingFrame[] = [];
    const held = new Set<Sized>();
    const of = fakeSocketClient(() => scope, {
      send: (_kind, frame) => void sent.push(frame),
      hold: (item) => void held.add(item),
      release: (item) => void held.delete(item),
    });
    return { of, sent, held };
  };
  return { watches, client };
}
const textOf = (frame: OutgoingFrame | undefined): string =>
  typeof frame === 'string' ? frame : Buffer.concat(frame ?? []).toString();

it('a new event is sent once to all clients that watch its call, as the same bytes', async () => {
  const { watches, client } = createTestWatches();
  const [first, second] = [client(), client()];
  for (const { of } of [first, second]) await watches.watch(of, 'c', 1);
  const [event] = eventsWith(10, 1);
  watches.onEvents([event!, event!]);
  watches.onEvents([event!]);
  expect(first.sent.map(textOf).map((text) => (JSON.parse(text) as { event: string }).event)).toEqual([
    'CallEvents',
    'CallEventAdded',
  ]);
  expect(first.sent[1]).toBe(second.sent[1]);
});

it('events that come while Postgres is read are held, and sent afterwards unless Postgres had them', async () => {
  const events = eventsWith(10, 3);
  const { promise: answer, resolve } = Promise.withResolvers<typeof noEvents>();
  const { watches, client } = createTestWatches(() => answer);
  const { of, sent, held } = client();
  const watching = watches.watch(of, 'c', 1);
  await Promise.resolve();
  watches.onEvents(events);
  expect(held.size).toBe(3);
  resolve({ ...noEvents, uuids: [events[0]!.uuid] as never[] });
  await watching;
  expect(held.size).toBe(0);
  const uuids = sent.slice(1).map((frame) => (JSON.parse(textOf(frame)) as { data: { event: { uuid: string } } }).data);
  expect(uuids.map(({ event: { uuid } }) => uuid)).toEqual([events[1]!.uuid, events[2]!.uuid]);
});

it('Postgres is read again if more events come meanwhile than can be held', async () => {
  let reads = 0;
  const answers = [Promise.withResolvers<typeof noEvents>(), Promise.withResolvers<typeof noEvents>()];
  const { watches, client } = createTestWatches(() => answers[reads++]!.promise);
  const { of, held } = client();
  const watching = watches.watch(of, 'c', 1);
  await Promise.resolve();
  watches.onEvents(eventsWith(responseBytesMax / 4, 10));
  expect([...held].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(1.3 * responseBytesMax);
  for (const { resolve } of answers) resolve(noEvents);
  await watching;
  expect([reads, held.size]).toEqual([2, 0]);
});

it('an event that is larger than a response is sent with the size of its body instead of the body', async () => {
  for (const masked of [false, true]) {
    const { watches, client } = createTestWatches(undefined, new Scope({ queues: null, masked }));
    const { of, sent } = client();
    await watches.watch(of, 'c', 1);
    // Ingest refuses a body this large, but replacing escapes that jsonb refuses makes a body longer.
    const [small] = eventsWith(1, 1);
    const event = { ...small!, json: `${small!.json.slice(0, -1)},"more":"${'x'.repeat(responseBytesMax)}"}` };
    watches.onEvents([event]);
    const { data } = JSON.parse(textOf(sent[1])) as { data: { event: object } };
    expect(data.event).toMatchObject({ event: { type: 'call.data-provided', call_id: 'c' } });
    expect(data.event).toHaveProperty('body_bytes', event.json.length);
  }
});
