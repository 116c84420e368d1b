import type { EventWithBody } from '@callstream/client';
import { factsJson, offsetOf, partitionOf } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { severalFactsDelivery } from '@callstream/domain/testing/several-facts';
import { callsOfEvents, eventsOf, fixtureLog, fixtureEvents } from '@callstream/domain/testing';
import { callFromEvents, decodeListedEvent } from './call-from-events.ts';
import { lanesOf } from './lanes.ts';
import { flagsOf } from './event-flags.ts';

/** The events of a call as the gateway lists them. */
const listedOf = (name: string, callId: string): EventWithBody[] => listedEvents(eventsOf(fixtureLog(name)), callId);

const listedEvents = (events: readonly CallEvent[], callId: string): EventWithBody[] =>
  events.flatMap((event) =>
    event.callId === callId
      ? [
          {
            id: event.id,
            aggregate_id: callId,
            uuid: event.uuid,
            body: event.json,
            event: JSON.parse(event.json) as EventWithBody['event'],
            deliveries: 1,
            received_at: new Date(event.receivedAt).toISOString(),
            source: event.source ?? undefined,
            source_name: event.sourceName ?? undefined,
            facts: factsJson(event)?.map((fact) => ({ ...fact })),
            topic: 'call-events',
            partition: partitionOf(event.id),
            offset: offsetOf(event.id),
          },
        ]
      : [],
  );
const callsOf = (name: string) => [...callsOfEvents(eventsOf(fixtureLog(name))).values()];

describe('the page of a call', () => {
  it.each([...fixtureEvents.keys()])('folds the listed events to the same call as the board: %s', (name) => {
    for (const call of callsOf(name)) {
      const shown = callFromEvents(call.callId, listedOf(name, call.callId).map(decodeListedEvent));
      // `lastId` differs: a list has only the first delivery of each event.
      expect({ ...shown, lastId: 0 }).toEqual({ ...call, lastId: 0, more: false });
    }
  });

  it('folds events of other sources and named instances to the same call as the board', () => {
    const named = fixtureLog('09-transfer').map((delivery) => ({ ...delivery, sourceName: 'lisbon' }));
    const events = [
      ...eventsOf(named),
      ...eventsOf(
        [
          severalFactsDelivery(
            {
              type: 'x',
              call: '1',
              // Its clock is ahead.
              time: '2026-03-02T15:00:00Z',
              facts: [{ kind: 'actor.entered', actor: 'ana', queue: '900' }, { kind: 'call.ongoing' }],
            },
            { receivedAt: '2026-03-02T14:00:00.000Z', sourceName: 'lisbon' },
          ),
        ],
        1,
      ),
    ];
    for (const [callId, call] of callsOfEvents(events)) {
      const listed = listedEvents(events, callId);
      const decoded = listed.map(decodeListedEvent);
      expect(callFromEvents(callId, decoded)).toEqual({ ...call, more: false });
      expect(lanesOf(call, decoded).map(({ name }) => name.split(':')[0])).toContain('lisbon');
    }
  });

  it('has no call without events', () => expect(callFromEvents('1', [])).toBeNull());

  it.each([...fixtureEvents.keys()])('has spans that start before they end, and end with the call: %s', (name) => {
    for (const call of callsOf(name)) {
      const lanes = lanesOf(call, listedOf(name, call.callId).map(decodeListedEvent));
      for (const { start, end } of lanes.flatMap(({ spans }) => spans)) expect(end === null || end >= start).toBe(true);
      if (call.finishedAt !== null)
        expect(lanes.flatMap(({ spans }) => spans).every(({ end }) => end !== null)).toBe(true);
    }
  });

  it('shows a transfer as two queues and two agents, one after the other', () => {
    const [call] = callsOf('09-transfer');
    const lanes = lanesOf(call!, listedOf('09-transfer', call!.callId).map(decodeListedEvent));
    const seconds = (at: number | null) => (at === null ? null : (at - Date.parse('2026-03-02T13:05:00Z')) / 1_000);
    expect(
      lanes.map(({ owner, name, spans }) => [
        owner,
        name,
        ...spans.map((s) => [s.kind, seconds(s.start), seconds(s.end)]),
      ]),
    ).toEqual([
      [
        'caller',
        '11988880000',
        ['NEW', 0, 1],
        ['WAITING', 1, 10],
        ['ONGOING', 10, 52],
        ['WAITING', 52, 60],
        ['ONGOING', 60, 121],
      ],
      ['queue', '900', ['WAITING', 1, 10]],
      ['queue', '901', ['WAITING', 52, 60]],
      ['agent', 'ana@example.com', ['on-call', 10, 52]],
      ['agent', 'bia@example.com', ['on-call', 60, 120]],
    ]);
  });
});

describe('the flags of an event', () => {
  const bodyOf = (event: EventWithBody['event']) => ({ event, body: JSON.stringify(event) });
  const event = (type: string, at: number, more: Partial<EventWithBody> = {}): EventWithBody => ({
    id: at,
    aggregate_id: '1',
    uuid: `00000000-0000-8000-8000-00000000000${at}`,
    deliveries: 1,
    ...bodyOf({ type, call_id: '1', timestamp: new Date(at * 1_000 + 1.8e12).toISOString() }),
    received_at: new Date(at * 1_000 + 1.8e12).toISOString(),
    topic: 't',
    partition: 0,
    offset: at,
    ...more,
  });
  const flagNames = (...events: EventWithBody[]) =>
    flagsOf(events.map(decodeListedEvent)).map((flags) =>
      Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [name] : [])),
    );

  it('are empty for a usual event', () => {
    expect(flagNames(event('call.new', 1), event('call.waiting', 1), event('call.ongoing', 5))).toEqual([[], [], []]);
  });
  it('tell that it is late, out of order, a duplicate, of an unknown type, or without a timestamp', () => {
    expect(
      flagNames(
        event('call.ongoing', 5),
        event('call.new', 1, { received_at: new Date(1.8e12 + 11_001).toISOString() }),
        event('call.teleported', 6, { deliveries: 2 }),
        event('call.waiting', 7, bodyOf({ type: 'call.waiting', call_id: '1', timestamp: 'noon' })),
      ),
    ).toEqual([[], ['isLate', 'isOutOfOrder'], ['isDuplicate', 'isUnknownType'], ['hasNoTime']]);
  });
  it('tell that a delegation is of an unknown type in a webhook, and usual as an event of the delegator', () => {
    const facts = [{ kind: 'delegation.sent', destination: '901', own_at: new Date(1.8e12 + 2_000).toISOString() }];
    const ours = event('delegation.sent', 2, { source: 'delegator', facts });
    expect(flagNames(ours, event('delegation.sent', 3))).toEqual([[], ['isUnknownType']]);
  });
});
