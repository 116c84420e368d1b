import { decode, defaultOrigin, delegationBody, factSet, factsOf, parseEvent, play } from '../index.ts';
import type { CallEvent, DelegationEvent, Origin } from '../index.ts';

const sent: DelegationEvent = {
  type: 'delegation.sent',
  callId: '1463669263.30033',
  rule: 'known caller',
  destination: '901',
  latencyMs: 43,
  reason: null,
  at: Date.parse('2026-03-02T13:00:05.043Z'),
};
const receivedAt = Date.parse('2026-03-02T13:00:06.000Z');
const eventOf = (body: string, origin: Origin, offset: number): CallEvent => {
  const read = { value: Buffer.from(body), ...origin, partition: 0, offset, receivedAt };
  const result = decode({ ...read, uuidOf: () => `00000000-0000-8000-8000-00000000000${offset}` });
  if ('problem' in result) throw new Error(result.problem);
  return result.event;
};
const ours: Origin = { source: 'delegator', sourceName: null };

it('an event of the delegator is about its call, and names the destination', () => {
  expect(eventOf(delegationBody(sent), ours, 0)).toMatchObject({
    type: 'delegation.sent',
    kind: 'delegation.sent',
    callId: '1463669263.30033',
    destination: '901',
    source: 'delegator',
    ownAt: sent.at,
  });
});

it.each([
  ['{}', 'The event has no "type" of a delegation.'],
  ['{"type":"call.new","call_id":"1"}', 'The event has no "type" of a delegation.'],
  ['{"type":"delegation.sent"}', 'The event has no "call_id".'],
  ['{"type":"delegation.sent","call_id":""}', 'The event has no "call_id".'],
])('%s is no event of the delegator', (body, problem) => {
  expect(parseEvent(Buffer.from(body), ours)).toEqual({ problem });
});

it('it opens no call', () => {
  expect(play(sent.callId, factSet(factsOf(eventOf(delegationBody(sent), ours, 0)))).isOpened).toBe(false);
});

describe.each([
  ['of the delegator', ours],
  ['in a webhook', defaultOrigin],
])('an event %s', (_, origin) => {
  it('changes no state, time, party, queue, visit or segment of a call', () => {
    const [standby, ...others] = [
      { type: 'call.standby', direction: 'inbound', our_number: '100', their_number: '200' },
      { type: 'call.waiting', queue: '900' },
      { type: 'call.finished' },
    ].map((fields, i) =>
      eventOf(
        JSON.stringify({ ...fields, call_id: sent.callId, timestamp: `2026-03-02T13:00:0${i + 4}Z` }),
        defaultOrigin,
        i,
      ),
    );
    const without = [standby!, ...others];
    const delegation = eventOf(delegationBody(sent), origin, 9);
    const callOf = (events: readonly CallEvent[]) =>
      play(sent.callId, factSet(events.flatMap((each) => factsOf(each))));
    const { lastId: _last, ...expected } = callOf(without);
    const { lastId, ...call } = callOf([...without, delegation]);
    expect(lastId).toBe(delegation.id);
    expect(call).toEqual(expected);
  });
});
