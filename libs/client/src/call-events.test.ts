import { watchCallEvents } from './call-events.ts';
import type { EventWithBody } from './event-bodies.ts';
import type { ServerFrame } from './messages.ts';

const event = (id: number): EventWithBody => ({
  id,
  aggregate_id: 'c',
  uuid: `00000000-0000-8000-8000-${String(id).padStart(12, '0')}`,
  event: {},
  body: '{}',
  received_at: '2026-03-02T13:00:00.000Z',
  deliveries: 1,
  topic: 't',
  partition: 0,
  offset: id,
});

/** Watches a call of ten events, at a gateway whose pages have three events. */
function watchTen() {
  const listeners = new Map<string, (frame: never) => void>();
  const requests: object[] = [];
  const pageBefore = (before: number) => {
    const events = Array.from({ length: Math.min(3, before) }, (_, i) => event(Math.max(0, before - 3) + i));
    return { events, ...(before > 3 ? { more: true as const } : {}) };
  };
  const events = watchCallEvents(
    {
      on: (name, listener) => {
        listeners.set(name, listener);
        return () => listeners.delete(name);
      },
      watch: () => () => undefined,
      request: (name, data) => {
        requests.push(data);
        const { events: page, more } = pageBefore((data as { before: number }).before);
        return Promise.resolve({ event: name, data: page, ...(more ? { more } : {}) } satisfies ServerFrame);
      },
    },
    'c',
  );
  const receive = (name: string, data: object) => listeners.get(name)?.({ event: name, data } as never);
  return { events, requests, receive, answerWatch: () => receive('CallEvents', { call_id: 'c', ...pageBefore(10) }) };
}
const ids = (events: readonly EventWithBody[]) => events.map(({ id }) => id);

describe('the events of a call', () => {
  it('are the newest page, and older pages on request, until there are no more', async () => {
    const { events, requests, answerWatch } = watchTen();
    expect(events.hasOlder()).toBe(false);
    answerWatch();
    expect([ids(events.get()), events.hasOlder()]).toEqual([[7, 8, 9], true]);
    await events.loadOlder();
    expect([ids(events.get()), events.hasOlder()]).toEqual([[4, 5, 6, 7, 8, 9], true]);
    await events.loadOlder();
    await events.loadOlder();
    expect([ids(events.get()), events.hasOlder()]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], false]);
    await events.loadOlder();
    expect(requests).toEqual([7, 4, 1].map((before) => ({ call_id: 'c', before })));
  });

  it('arrive while an older page loads, and do not change which page it is', async () => {
    const { events, receive, answerWatch } = watchTen();
    answerWatch();
    receive('CallEventAdded', { call_id: 'c', event: event(10) });
    const both = [events.loadOlder(), events.loadOlder()];
    await Promise.all(both);
    expect([ids(events.get()), events.hasOlder()]).toEqual([[4, 5, 6, 7, 8, 9, 10], true]);
  });

  it('are loaded from the newest page on again after a reconnect, because there may be a gap before it', async () => {
    const { events, requests, answerWatch } = watchTen();
    answerWatch();
    await events.loadOlder();
    answerWatch();
    expect(events.hasOlder()).toBe(true);
    await events.loadOlder();
    expect(requests.at(-1)).toEqual({ call_id: 'c', before: 7 });
  });
});
