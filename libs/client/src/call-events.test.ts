import type { ListedEvent } from '@callstream/contracts';
import { watchCallEvents } from './call-events.ts';
import type { ServerFrame } from './messages.ts';

const event = (id: number): ListedEvent => ({
  ...{ id, aggregate_id: 'c', uuid: `00000000-0000-8000-8000-${String(id).padStart(12, '0')}`, event: {} },
  ...{ received_at: '2026-03-02T13:00:00.000Z', deliveries: 1, topic: 't', partition: 0, offset: id },
});

/** A gateway with ten events of a call, which tells three at once. */
function watchTen() {
  const heard = new Map<string, (frame: never) => void>();
  const asked: object[] = [];
  const answer = (before: number) => {
    const events = Array.from({ length: Math.min(3, before) }, (_, i) => event(Math.max(0, before - 3) + i));
    return { events, ...(before > 3 ? { more: true as const } : {}) };
  };
  const events = watchCallEvents(
    {
      on: (name, listener) => {
        heard.set(name, listener);
        return () => heard.delete(name);
      },
      watch: () => () => undefined,
      request: (name, data) => {
        asked.push(data);
        const { events: page, more } = answer((data as { before: number }).before);
        return Promise.resolve({ event: name, data: page, ...(more ? { more } : {}) } satisfies ServerFrame);
      },
    },
    'c',
  );
  const tell = (name: string, data: object) => heard.get(name)?.({ event: name, data } as never);
  return { events, asked, tell, begin: () => tell('CallEvents', { call_id: 'c', ...answer(10) }) };
}
const ids = (events: readonly ListedEvent[]) => events.map(({ id }) => id);

describe('the events of a call', () => {
  it('are the newest, and older ones once they are asked for, until there are no more', async () => {
    const { events, asked, begin } = watchTen();
    expect(events.hasOlder()).toBe(false);
    begin();
    expect([ids(events.get()), events.hasOlder()]).toEqual([[7, 8, 9], true]);
    await events.loadOlder();
    expect([ids(events.get()), events.hasOlder()]).toEqual([[4, 5, 6, 7, 8, 9], true]);
    await events.loadOlder();
    await events.loadOlder();
    expect([ids(events.get()), events.hasOlder()]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], false]);
    await events.loadOlder();
    expect(asked).toEqual([7, 4, 1].map((before) => ({ call_id: 'c', before })));
  });

  it('that come meanwhile change nothing of what is older', async () => {
    const { events, tell, begin } = watchTen();
    begin();
    tell('CallEventAdded', { call_id: 'c', event: event(10) });
    const both = [events.loadOlder(), events.loadOlder()];
    await Promise.all(both);
    expect([ids(events.get()), events.hasOlder()]).toEqual([[4, 5, 6, 7, 8, 9, 10], true]);
  });

  it('are asked for from the newest page on after a reconnect: there may be a gap behind it', async () => {
    const { events, asked, begin } = watchTen();
    begin();
    await events.loadOlder();
    begin();
    expect(events.hasOlder()).toBe(true);
    await events.loadOlder();
    expect(asked.at(-1)).toEqual({ call_id: 'c', before: 7 });
  });
});
