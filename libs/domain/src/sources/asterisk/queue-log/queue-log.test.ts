import { callsOfEvents, eventsOf } from '../../../../testing/index.ts';
import { pbxDelivery, queueLogDelivery } from '../../../../testing/pbx.ts';
import { eventOfFacts, factsJson, factsOf as factsOfEvent } from '../../../index.ts';
import { isCurrent, isKind, queueLogLineBytesMax } from '../../../index.ts';
import type { Call, CallEvent } from '../../../index.ts';

const start = 1_572_137_700;
/** A line `seconds` after {@link start}. */
const line = (seconds: number, rest: string): string => `${start + seconds}|${rest}`;
const eventOf = (text: string | Uint8Array): CallEvent => eventsOf([queueLogDelivery(text)])[0]!;
const factsOf = (text: string): string[] => (eventOf(text).facts ?? []).map(({ kind }) => kind);
const callOf = (lines: readonly string[], isImported = true): Call => {
  const calls = callsOfEvents(eventsOf(lines.map((each) => queueLogDelivery(each, { isImported }))));
  return calls.get('1.1')!;
};
const visitsOf = ({ visits }: Call) => visits.map(({ queue, outcome, waitMs }) => [queue, outcome, waitMs]);
const enter = (seconds: number, queue = 'q'): string => line(seconds, `1.1|${queue}|NONE|ENTERQUEUE||1001|1`);
const connect = (seconds: number, queue = 'q'): string => line(seconds, `1.1|${queue}|Ana|CONNECT|2|1.2|1`);

describe('lines of Asterisk 1.8 to 22', () => {
  it.each([
    ['1.8', '1.1|q|NONE|ENTERQUEUE||1001|1', ['call.waiting']],
    ['22', '1.1|q|NONE|ENTERQUEUE||1001|1|Zoé', ['call.waiting']],
    ['1.8', '1.1|q|SIP/200|TRANSFER|902|from-internal|2|3|1', ['actor.left']],
    ['12', '1.1|q|Ana|BLINDTRANSFER|902|from-internal|2|3|1', ['actor.left']],
    ['12', '1.1|q|Ana|ATTENDEDTRANSFER|BRIDGE|5e8f|3|6|1', ['actor.left']],
    ['1.8', '1.1|q|SIP/200|COMPLETEAGENT|1|5|1', ['actor.left', 'call.finished']],
    ['1.8', '1.1|q|NONE|EXITWITHKEY|0|1', ['call.queue-left']],
    ['13', '1.1|q|NONE|EXITWITHKEY|0|1|1|5', ['call.queue-left']],
    ['1.8', '1.1|q|NONE|EXITEMPTY|1|1|5', ['call.queue-emptied']],
    ['18', '1.1|q|NONE|WITHDRAW|1|1|5|why', ['call.queue-withdrawn']],
    ['1.8', '1.1|NONE|Agent/1|AGENTLOGIN|SIP/200-1', ['actor.logged-in']],
    ['1.8', '1.1|NONE|Agent/1|AGENTLOGOFF|SIP/200-1|300', ['actor.logged-out']],
    ['1.4', 'NONE|NONE|Agent/1|AGENTCALLBACKLOGIN|200@office', ['actor.logged-in']],
    ['1.8', 'MANAGER|q|SIP/200|ADDMEMBER|', ['actor.logged-in']],
    ['13', 'REALTIME|q|Ana|ADDMEMBER|PAUSED', ['actor.logged-in', 'actor.paused']],
    ['1.8', 'NONE|NONE|Ana|PAUSEALL|Lunch', ['actor.paused']],
    ['1.8', 'NONE|q|Ana|PAUSE', ['actor.paused']],
    ['13', '1.1|q|Ana|RINGCANCELED|1493', ['system.detail']],
    ['1.8', 'NONE|NONE|NONE|CONFIGRELOAD|', ['system.detail']],
    ['FreePBX', '1.1|q|NONE|DID|5551234', ['system.detail']],
  ])('of %s: %s', (_, rest, kinds) => expect(factsOf(line(0, rest))).toEqual(kinds));

  it('with an event that is not known are stored under its name, and change nothing', () => {
    expect(eventOf(line(0, '1.1|q|NONE|RATING|5'))).toMatchObject({ type: 'RATING', callId: '1.1', kind: 'RATING' });
    expect(isKind('RATING')).toBe(false);
  });

  it('with a pause have its reason, if Asterisk wrote one', () => {
    expect(eventOf(line(0, 'NONE|NONE|Ana|PAUSEALL|Lunch'))).toMatchObject({ kind: 'actor.paused', reason: 'Lunch' });
    expect(eventOf(line(0, 'NONE|q|Ana|PAUSE|'))).toMatchObject({ kind: 'actor.paused', reason: null });
    expect(eventOf(line(0, 'NONE|q|Ana|UNPAUSE|Lunch'))).toMatchObject({ kind: 'actor.unpaused', reason: null });
  });

  it('about members name no call, also if a feature code made them', () =>
    expect(eventOf(line(0, '1.1|q|Ana|ADDMEMBER|'))).toMatchObject({ callId: null, actor: 'Ana', queue: 'q' }));
});

describe('a line that cannot be read', () => {
  it.each([
    ['empty', ''],
    ['no line', 'hello'],
    ['cut off', line(0, '1.1|q')],
    ['without a time', 'NONE|1.1|q|NONE|ABANDON|1|1|1'],
    ['of the year 1970', '5|1.1|q|NONE|ABANDON|1|1|1'],
    ['binary', '\u0000\u0001\u0002|||||'],
    ['with an endless name of a queue', line(0, `1.1|${'q'.repeat(600)}|NONE|ABANDON|1|1|1`)],
  ])('is an event of a type that is not known: %s', (_, text) => {
    const event = eventOf(text);
    expect(event).toMatchObject({ type: 'queue_log.unreadable', callId: null, actor: null, isTimed: true });
    expect(isKind(event.kind)).toBe(false);
  });

  it('that is too long is stored up to a limit, with its length', () => {
    const event = eventOf(line(0, `1.1|q|NONE|ABANDON|${'9'.repeat(queueLogLineBytesMax)}`));
    expect(event.type).toBe('queue_log.unreadable');
    expect(JSON.parse(event.json)).toMatchObject({ bytes: queueLogLineBytesMax + 30 });
  });

  it('is the same event wherever it is read again', () =>
    expect(new Set([eventOf('hello'), eventOf('hello')].map(({ uuid }) => uuid)).size).toBe(1));
});

it('a line that is not UTF-8 is kept byte for byte, and marked', () => {
  const bytes = Buffer.concat([
    Buffer.from(line(0, '1.1|q|Jos')),
    Buffer.from([0xe9]),
    Buffer.from('|CONNECT|2|1.2|1'),
  ]);
  const event = eventOf(bytes);
  expect(event.actor).toBe('José');
  const body = JSON.parse(event.json) as { line: string; encoding: string };
  expect(body.encoding).toBe('latin1');
  expect(Buffer.from(body.line, 'latin1')).toEqual(bytes);
});

it('an imported event is the same once it was listed as JSON', () => {
  const event = eventOf(connect(3));
  const [first, ...others] = factsJson(event) ?? [];
  expect(factsOfEvent(eventOfFacts(event, [first!, ...others]))).toEqual(factsOfEvent(event));
});

describe('a call that is only imported', () => {
  it('ends with its last line, whatever that is', () => {
    const call = callOf([enter(0), connect(3), line(60, '1.1|q|Ana|ATTENDEDTRANSFER|BRIDGE|5e8f|3|57|1')]);
    expect(call).toMatchObject({ state: 'FINISHED', finishedAt: (start + 60) * 1_000 });
    expect(visitsOf(call)).toEqual([['q', 'answered', 3_000]]);
  });

  it('has no abandon that no line says: a PBX that crashed writes none', () => {
    const call = callOf([enter(0), line(5, '1.1|q|Ana|RINGNOANSWER|5000')]);
    expect(isCurrent(call)).toBe(false);
    expect(visitsOf(call)).toEqual([['q', 'flowed_out', null]]);
  });

  it('that goes on into another queue once its agent hung up has both visits', () => {
    const call = callOf([
      enter(0),
      connect(3),
      line(9, '1.1|q|Ana|COMPLETEAGENT|3|6|1'),
      enter(9, 'r'),
      line(30, '1.1|r|NONE|EXITWITHTIMEOUT|1|1|21'),
    ]);
    expect(visitsOf(call)).toEqual([
      ['q', 'answered', 3_000],
      ['r', 'timed_out', 21_000],
    ]);
  });

  it('has an exit in the second in which the caller came, and the next queue in the same one', () => {
    const call = callOf([enter(0), line(0, '1.1|q|NONE|EXITEMPTY|1|1|0'), enter(0, 'r'), connect(4, 'r')]);
    expect(visitsOf(call)).toEqual([
      ['q', 'empty', 0],
      ['r', 'answered', 4_000],
    ]);
  });

  it('has true durations in the night in which clocks are put back: the times of a queue_log know no summer', () => {
    // 2019-10-27T01:00:00Z, when 03:00 becomes 02:00 in Berlin.
    const change = Date.UTC(2019, 9, 27, 1) / 1_000 - start;
    const call = callOf([
      enter(change - 60),
      connect(change + 30),
      line(change + 90, '1.1|q|Ana|COMPLETECALLER|90|60|1'),
    ]);
    expect(visitsOf(call)).toEqual([['q', 'answered', 90_000]]);
  });

  it('has no negative wait where the clock of the PBX was set back meanwhile', () => {
    const call = callOf([enter(0), connect(-3_600), line(-3_590, '1.1|q|Ana|COMPLETECALLER|5|10|1')]);
    expect(isCurrent(call)).toBe(false);
    for (const { waitMs } of call.visits) expect(waitMs ?? 0).toBeGreaterThanOrEqual(0);
  });
});

it('a call that is followed is current until a line ends it', () => {
  const lines = [enter(0), connect(3)];
  expect(isCurrent(callOf(lines, false))).toBe(true);
  expect(isCurrent(callOf([...lines, line(9, '1.1|q|Ana|COMPLETEAGENT|3|6|1')], false))).toBe(false);
});

describe('a call of which the manager interface knows a part, and lines the rest', () => {
  /** A live event `seconds` after {@link start}, received at once or at `receivedAfter`. */
  const ami = (seconds: number, fields: object, receivedAfter = seconds) =>
    pbxDelivery({
      receivedAt: new Date((start + receivedAfter) * 1_000).toISOString(),
      fields: { Linkedid: '1.1', Uniqueid: '1.1', Queue: 'q', Timestamp: (start + seconds).toFixed(6), ...fields },
    });
  const join = ami(0, { Event: 'QueueCallerJoin' });
  const gone = ami(0, { Event: 'CallstreamCallGone', inferred: 'true' }, 600);
  const callWith = (live: readonly ReturnType<typeof ami>[], lines: readonly string[]): Call =>
    callsOfEvents(eventsOf([...live, ...lines.map((each) => queueLogDelivery(each))])).get('1.1')!;
  const complete = (seconds: number): string => line(seconds, '1.1|q|Ana|COMPLETECALLER|20|290|1');

  it('was answered in a gap, although a connector infers its end at its last event before the gap', () => {
    expect(visitsOf(callWith([join, gone], []))).toEqual([['q', 'abandoned', 0]]);
    const call = callWith([join, gone], [connect(20), complete(310)]);
    expect(visitsOf(call)).toEqual([['q', 'answered', 20_000]]);
    expect(call).toMatchObject({ state: 'FINISHED', finishedAt: (start + 310) * 1_000 });
    expect(call.segments.map(({ enteredAt, endedAt }) => [enteredAt, endedAt])).toEqual([
      [(start + 20) * 1_000, (start + 310) * 1_000],
    ]);
  });

  it('ends with its last line, if that says of no end', () => {
    const call = callWith([join, gone], [connect(20), line(60, '1.1|q|Ana|BLINDTRANSFER|902|from-internal|2|3|1')]);
    expect(visitsOf(call)).toEqual([['q', 'answered', 20_000]]);
    expect(call).toMatchObject({ state: 'FINISHED', finishedAt: (start + 60) * 1_000 });
  });

  it('is current without an end, whatever lines say of its past', () =>
    expect(isCurrent(callWith([join], [connect(20)]))).toBe(true));

  it.each([1, 30])('has the visit that begins %d s after a line ends it, received before the line', (seconds) => {
    const next = ami(310 + seconds, { Event: 'QueueCallerJoin', Queue: 'r' });
    const call = callWith([join, next], [connect(20), complete(310)]);
    expect(visitsOf(call)).toEqual([
      ['q', 'answered', 20_000],
      ['r', 'open', null],
    ]);
    expect(call).toMatchObject({ state: 'WAITING', finishedAt: null });
  });

  it('has a missed ring that only a line knows, although the next ring begins at once', () => {
    const ring = (seconds: number) =>
      ami(seconds, { Event: 'AgentCalled', MemberName: 'Ana', Interface: 'PJSIP/201', DestUniqueid: `1.${seconds}` });
    const missed = line(15, '1.1|q|Ana|RINGNOANSWER|15000');
    const { segments } = callWith([join, ring(1), ring(16)], [missed]);
    expect(segments.map(({ rangAt, end }) => [rangAt, end])).toEqual([
      [(start + 1) * 1_000, 'noanswer'],
      [(start + 16) * 1_000, null],
    ]);
  });
});
