import { createDialplanJudge, decode, defaultDialplan, factsOf, parseEvent, patternProblem } from '../../index.ts';
import type { CallEvent } from '../../index.ts';

const origin = { source: 'asterisk', sourceName: null };
const read = (fields: object | string, hints: string | null = null) =>
  parseEvent(Buffer.from(typeof fields === 'string' ? fields : JSON.stringify(fields)), {
    source: 'asterisk',
    sourceName: null,
    hints,
  });
const eventOf = (fields: object, hints: string | null = null) => {
  const result = read(fields, hints);
  if ('problem' in result) throw new Error(result.problem);
  return result.event;
};
const factsIn = (fields: object, hints: string | null = null) =>
  (eventOf(fields, hints).facts ?? []).map(({ kind }) => kind);

const call = { Linkedid: '1.1', Timestamp: '1795900700.577390' };
const agent = { Queue: 'support', Interface: 'PJSIP/200', MemberName: 'Agent 200' };

describe('an event of Asterisk', () => {
  it('may state several facts: AgentConnect that the agent entered, and that the caller is answered', () => {
    expect(eventOf({ Event: 'AgentConnect', ...call, ...agent }).facts).toMatchObject([
      { kind: 'actor.entered', actor: 'Agent 200', queue: 'support', number: '200' },
      { kind: 'call.ongoing', actor: null, queue: 'support' },
    ]);
  });

  it('is about the Linkedid, else the DestLinkedid, else that of the transfer; never the Uniqueid', () => {
    const ids = { DestLinkedid: '1.2', TransfereeLinkedid: '1.3', OrigTransfererLinkedid: '1.4', Uniqueid: '1.5' };
    expect(eventOf({ Event: 'Hold', Linkedid: '1.1', ...ids }).callId).toBe('1.1');
    expect(eventOf({ Event: 'Hold', ...ids }).callId).toBe('1.2');
    expect(eventOf({ Event: 'BlindTransfer', TransfereeLinkedid: '1.3' }).callId).toBe('1.3');
    expect(eventOf({ Event: 'Hold', Uniqueid: '1.5' }).callId).toBeNull();
  });

  it('names the agent by MemberName, else by Interface, and the extension from it', () => {
    const who = (fields: object) => {
      const { actor, number } = eventOf({ Event: 'AgentCalled', ...call, ...fields });
      return [actor, number];
    };
    expect(who(agent)).toEqual(['Agent 200', '200']);
    expect(who({ Interface: 'Local/203@from-queue/n' })).toEqual(['Local/203@from-queue/n', '203']);
    expect(who({ MemberName: 'Ana' })).toEqual(['Ana', null]);
  });

  it('has its own time in ms, from seconds with microseconds; without one, its reception counts', () => {
    expect(eventOf({ Event: 'Hold', ...call })).toMatchObject({ at: 1_795_900_700_577, isTimed: true });
    for (const Timestamp of [undefined, '', '1795900700', '0000000001.000000', 'x', 1_795_900_700.5])
      expect(eventOf({ Event: 'Hold', Linkedid: '1.1', Timestamp })).toMatchObject({ at: null, isTimed: false });
  });

  it('has ids with the name of its PBX', () => {
    const body = Buffer.from(JSON.stringify({ Event: 'AgentCalled', ...call, ...agent }));
    expect(parseEvent(body, { source: 'asterisk', sourceName: 'lisbon' })).toMatchObject({
      event: { callId: 'lisbon:1.1', actor: 'lisbon:Agent 200', queue: 'lisbon:support', number: '200' },
    });
  });

  it('that is not known is stored under its own name', () => {
    expect(factsIn({ Event: 'SomethingNew', ...call })).toEqual(['SomethingNew']);
    expect(factsIn({ Event: 'constructor', ...call })).toEqual(['constructor']);
  });

  it('that says why an agent pauses has the reason, by either of its names', () => {
    const reasonIn = (fields: object): unknown =>
      [eventOf({ Event: 'QueueMemberPause', ...agent, ...fields })].flatMap(({ facts }) => facts ?? [])[0]?.reason;
    expect(reasonIn({ Paused: '1', PausedReason: 'Coffee' })).toBe('Coffee');
    expect(reasonIn({ Paused: '1', Reason: 'Coffee' })).toBe('Coffee');
    expect(reasonIn({ Paused: '1', PausedReason: '' })).toBeNull();
    expect(reasonIn({ Paused: '0', PausedReason: 'Coffee' })).toBeNull();
  });

  it('that says nothing about queues and agents is stored, and changes nothing', () => {
    for (const Event of ['Hold', 'Unhold', 'MixMonitorStart', 'QueueMemberStatus', 'VarSet'])
      expect(factsIn({ Event, ...call })).toEqual(['system.detail']);
    expect(factsIn({ Event: 'Hangup', ...call, Uniqueid: '1.2' })).toEqual(['system.detail']);
    expect(factsIn({ Event: 'VarSet', ...call, Variable: 'QUEUESTATUS', Value: 'CONTINUE' })).toEqual([
      'system.detail',
    ]);
  });
});

describe('the identity of an event of Asterisk', () => {
  const uuidOf = (fields: object, receivedAt: number): string => {
    const value = Buffer.from(JSON.stringify(fields));
    const uuid = (withTime: boolean): string => `${value.toString()} ${withTime ? receivedAt : ''}`;
    const decoded = decode({ ...origin, value, partition: 0, offset: 0, receivedAt, uuidOf: uuid });
    return (decoded as { event: CallEvent }).event.uuid;
  };
  const plain = { Event: 'QueueMember', ...agent };
  const counted = { ...plain, CallstreamConnection: 'c1', CallstreamCount: 7 };

  it('with a Timestamp, or with the connection and a count, is its bytes: a redelivery is no second event', () => {
    for (const fields of [{ ...plain, ...call }, counted]) expect(uuidOf(fields, 1)).toBe(uuidOf(fields, 2));
  });

  it('without either has the reception in it, so that equal bytes are no duplicates', () => {
    expect(uuidOf(plain, 1)).not.toBe(uuidOf(plain, 2));
    expect(uuidOf({ ...plain, CallstreamConnection: 'c1' }, 1)).not.toBe(
      uuidOf({ ...plain, CallstreamConnection: 'c1' }, 2),
    );
  });

  it('differs by the count', () => expect(uuidOf(counted, 1)).not.toBe(uuidOf({ ...counted, CallstreamCount: 8 }, 1)));
});

describe('an event of Asterisk that does not name what it is about', () => {
  it.each([
    ['a call', { Event: 'QueueCallerJoin', Queue: 'support' }],
    ['a call', { Event: 'QueueEntry', Uniqueid: '1.1' }],
    ['a call', { Event: 'Newchannel', Uniqueid: '1.1', Linkedid: '<unknown>' }],
    ['a call: the caller is gone', { Event: 'AgentComplete', ...agent }],
    ['a call, but has an agent', { Event: 'AgentConnect', ...agent }],
    ['an agent', { Event: 'AgentCalled', ...call }],
    ['an agent: the member is gone', { Event: 'AgentComplete', ...call, Queue: 'support' }],
    ['an agent', { Event: 'QueueMemberPause', Queue: 'support' }],
  ])('%s: %j is stored, and changes nothing', (_, fields) => {
    const { Queue = null, MemberName = null } = fields as { Queue?: string; MemberName?: string };
    expect(eventOf(fields)).toMatchObject({
      type: fields.Event,
      facts: [{ kind: 'system.incomplete', queue: Queue, actor: MemberName }],
    });
  });
});

describe('what is no event of Asterisk', () => {
  it.each([
    [{ Response: 'Success' }, 'The event has no "Event".'],
    [{ Event: ['QueueCallerJoin'] }, 'The event has no "Event".'],
    ['[]', 'The body is not a JSON object.'],
    ['Event: Hangup', 'The body is not JSON.'],
  ])('%j', (fields, problem) => expect(read(fields)).toEqual({ problem })); // prettier-ignore

  it('is binary', () => {
    expect(parseEvent(Buffer.from([0xff, 0x00, 0xfe]), origin)).toEqual({ problem: 'The body is not UTF-8.' });
  });

  it('an answer without an agent still answers the caller', () => {
    expect(eventOf({ Event: 'AgentConnect', ...call, Queue: 'support' }).facts).toMatchObject([
      { kind: 'actor.entered', actor: null },
      { kind: 'call.ongoing' },
    ]);
  });
});

describe('the header hints', () => {
  const channel = { Event: 'Newchannel', ...call, Uniqueid: '1.1', Exten: '800', CallerIDNum: '1001' };

  it('says whether a call came in, and which number is ours', () => {
    expect(eventOf(channel, '{"direction":"inbound"}')).toMatchObject({
      kind: 'call.new',
      direction: 'inbound',
      ourNumber: '800',
      theirNumber: '1001',
    });
    for (const direction of ['outbound', 'internal'])
      expect(eventOf(channel, JSON.stringify({ direction }))).toMatchObject({
        kind: 'call.new',
        direction,
        ourNumber: '1001',
        theirNumber: '800',
      });
    expect(eventOf(channel)).toMatchObject({ kind: 'call.new', direction: null, ourNumber: '800' });
  });

  it('says that a feature code is no call', () =>
    expect(factsIn(channel, '{"direction":"none"}')).toEqual(['system.detail']));

  it('names the queue that did not let a caller in', () => {
    const full = { Event: 'VarSet', ...call, Variable: 'QUEUESTATUS', Value: 'FULL' };
    expect(eventOf(full, '{"queue":"sales"}')).toMatchObject({ kind: 'call.queue-full', queue: 'sales' });
    expect(eventOf(full)).toMatchObject({ kind: 'call.queue-full', queue: null });
  });

  it('makes a record no event if it is not understood, and other fields are left out', () => {
    expect(read(channel, 'x')).toEqual({ problem: 'The header "hints" is not a JSON object.' });
    expect(read(channel, '{"direction":"up"}')).toEqual({
      problem: '"direction" in the header "hints" is none of inbound, outbound, internal, none.',
    });
    expect(read(channel, '{"later":1}')).toHaveProperty('event');
  });

  it('is no part of the identity: of two deliveries with different hints the first in the log counts', () => {
    const value = Buffer.from(JSON.stringify(channel));
    const seen: string[] = [];
    for (const hints of ['{"direction":"inbound"}', '{"direction":"none"}']) {
      const uuidOf = (withTime: boolean, prefix: string): string => `${prefix}${value.toString()}${String(withTime)}`;
      const decoded = decode({ ...origin, hints, value, partition: 0, offset: 0, receivedAt: 0, uuidOf });
      if ('event' in decoded) seen.push(...factsOf(decoded.event).map(({ uuid }) => uuid));
    }
    expect(new Set(seen).size).toBe(1);
  });
});

describe('the judge of a dial plan', () => {
  const judged = (fields: object, dialplan = defaultDialplan) =>
    createDialplanJudge(dialplan)(Buffer.from(JSON.stringify({ ...call, Uniqueid: '1.1', ...fields })));
  const dialled = (Context: string, Exten: string, dialplan = defaultDialplan) =>
    judged({ Event: 'Newchannel', Context, Exten }, dialplan);

  it('knows calls from outside by their context, feature codes and extensions by their pattern', () => {
    expect(dialled('from-trunk', '800')).toBe('{"direction":"inbound"}');
    expect(dialled('from-trunk-siptrunk', '800')).toBe('{"direction":"inbound"}');
    expect(dialled('from-internal', '*41')).toBe('{"direction":"none"}');
    expect(dialled('from-internal', '201')).toBe('{"direction":"internal"}');
    expect(dialled('from-internal', '5511999998888')).toBe('{"direction":"outbound"}');
    expect(dialled('from-internal', '1502', { ...defaultDialplan, extensions: ['_2XX'] })).toBe(
      '{"direction":"outbound"}',
    );
    expect(dialled('from-internal', '21', { ...defaultDialplan, extensions: ['_[12]N', '_9.'] })).toBe(
      '{"direction":"outbound"}',
    );
    expect(dialled('from-internal', '22', { ...defaultDialplan, extensions: ['_[12]N', '_9.'] })).toBe(
      '{"direction":"internal"}',
    );
  });

  it('says nothing of other channels of a call, of events without meaning in it, and of what is no event', () => {
    expect(judged({ Event: 'Newchannel', Context: 'from-trunk', Exten: '800', Uniqueid: '1.2' })).toBeNull();
    expect(dialled('default', 's')).toBeNull();
    expect(judged({ Event: 'Hangup', Context: 'from-trunk' })).toBeNull();
    expect(createDialplanJudge(defaultDialplan)(Buffer.from('x'))).toBeNull();
  });

  it('knows the queue of a caller by the context, or by the extension in it', () => {
    const refused = { Event: 'VarSet', Variable: 'QUEUESTATUS', Value: 'FULL', Exten: '900' };
    expect(judged({ ...refused, Context: 'ext-queues' })).toBe('{"queue":"900"}');
    const dialplan = { ...defaultDialplan, queueContexts: { 'q-sales': 'sales' } };
    expect(judged({ ...refused, Context: 'q-sales' }, dialplan)).toBe('{"queue":"sales"}');
    expect(judged({ ...refused, Context: 'other' })).toBeNull();
  });

  it('reads the patterns of Asterisk', () => {
    const matches = (pattern: string, dialled: string): boolean =>
      dialled !== '' &&
      dialledAs(dialled, { ...defaultDialplan, featureCodes: [], extensions: [pattern] }) ===
        '{"direction":"internal"}';
    const dialledAs = (Exten: string, dialplan: typeof defaultDialplan) => dialled('from-internal', Exten, dialplan);
    expect(['_2[0-35]X', '_[*#]1', '_9.', '_x', '20-1', '_2-1'].map((pattern) => patternProblem(pattern))).toEqual(
      Array(6).fill(null),
    );
    expect(['230', '251', '241'].map((text) => matches('_2[0-35]X', text))).toEqual([true, true, false]);
    expect(['*1', '#1', '11'].map((text) => matches('_[*#]1', text))).toEqual([true, true, false]);
    expect(['91', '9'].map((text) => matches('_9.', text))).toEqual([true, false]);
    expect([matches('20-1', '20-1'), matches('2.1', '2x1')]).toEqual([true, false]);
  });

  it.each([
    ['_', '"_" matches nothing: expected a pattern of Asterisk, e.g. _2XX.'],
    ['_2[0-4', '"_2[0-4" has a "[" without its "]", or nothing between them.'],
    ['_2[]X', '"_2[]X" has a "[" without its "]", or nothing between them.'],
    ['_[9-1]X', '"_[9-1]X" has a range from 9 to 1: write it as 1-9.'],
  ])('refuses the pattern %s at the start, and not when a call comes', (pattern, problem) => {
    expect(patternProblem(pattern)).toBe(problem);
    expect(() => createDialplanJudge({ ...defaultDialplan, extensions: [pattern] })).toThrow(problem);
  });
});
