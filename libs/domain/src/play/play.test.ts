import fc from 'fast-check';
import { callsOfEvents, eventsOf } from '../../testing/index.ts';
import { storyStartMs, deliveriesOf, parseStoryTime } from '../../testing/script.ts';
import {
  elapsedMs,
  factSet,
  factsOf,
  isCounted,
  isStale,
  isTalking,
  isWaiting,
  callDurationMs,
  play,
} from '../index.ts';
import type { Call, FactSet } from '../index.ts';

const callOf = (script: string): Call => {
  const call = callsOfEvents(eventsOf(deliveriesOf(script))).get('c');
  if (!call) throw new Error('The script has no call c.');
  return call;
};
// prettier-ignore
const parties = ({ direction, ourNumber, theirNumber, theirNumberType }: Call) =>
  [direction, ourNumber, theirNumber, theirNumberType];

describe('direction and numbers', () => {
  it.each([
    ['are taken from an event of the call', '0:00 new inbound our_number=1 their_number=2 their_number_type=mobile', ['inbound', '1', '2', 'mobile']],
    ['may come from two events: the direction from one without numbers', '0:00 new our_number=1 their_number=2\n0:01 waiting internal', ['internal', '1', '2', null]],
    ['are taken from an event of the call before one of another kind', '0:00 peer inbound their_number=9\n0:01 waiting outbound our_number=1', ['outbound', '1', null, null]],
    ['are taken from the first of equal sources', '0:00 new inbound their_number=2\n0:01 waiting outbound their_number=3', ['inbound', null, '2', null]],
    ['are not mixed from the numbers of two events', '0:00 new our_number=1\n0:01 waiting their_number=3', [null, '1', null, null]],
    ['are outbound and the number called, of a dialer’s event', '0:00 dialer.attempt number=5511', ['outbound', null, '5511', null]],
    ['are taken from a dialer last', '0:00 dialer.attempt number=5511\n0:01 peer inbound their_number=2', ['inbound', null, '2', null]],
    ['are never an agent’s number', '0:00 ringing ana number=200', [null, null, null, null]],
  ])('%s', (_title, script, expected) => expect(parties(callOf(script))).toEqual(expected)); // prettier-ignore

  it('are those of the latest life, or else of the life before', () => {
    const again = '0:00 new inbound their_number=2\n1:00 finished\n2:00 new';
    expect(parties(callOf(again))).toEqual(['inbound', null, '2', null]);
    expect(parties(callOf(`${again} outbound their_number=3`))).toEqual(['outbound', null, '3', null]);
    expect(parties(callOf(`${again}\n2:01 dialer.success number=4`))).toEqual(['outbound', null, '4', null]);
  });
  it('decide whether a call is counted', () => {
    const counted = (script: string): boolean => isCounted(callOf(script));
    const scripts = ['0:00 new inbound', '0:00 new', '0:00 new outbound', '0:00 new internal'];
    expect(scripts.map(counted)).toEqual([true, true, false, false]);
  });
});

describe('a call', () => {
  it('lasts from the first event of its latest life to its last end', () => {
    const twice = callOf(
      '0:00 new\n0:30 finished\n2:00 waiting 900\n2:50 finished\n2:51 finished\n9:00 recording url=https://r/1',
    );
    expect([twice.beganAt, twice.finishedAt]).toEqual([parseStoryTime('2:00'), parseStoryTime('2:51')]);
    expect(callDurationMs(twice, parseStoryTime('9:00'))).toBe(51_000);
    expect(twice.recordingUrl).toBe('https://r/1');
  });
  it('lasts until now by the clock of its sender, while it goes on', () => {
    const behind = callOf('0:05 new clock -3h\n0:08 waiting 900 clock -3h');
    expect([behind.delayMs, behind.heardAt]).toEqual([3 * 3_600_000, parseStoryTime('0:08')]);
    expect(callDurationMs(behind, parseStoryTime('0:20'))).toBe(15_000);
  });
  it.each([
    ['has the least delay of its events with a time', '0:00 new received 0:09\n0:05 waiting received 0:07\n0:06 data no-time', 2_000, '0:07'],
    ['has no delay if the clock is ahead', '0:00 new clock +2min\n0:05 waiting clock +1min', 0, '0:05'],
    ['takes no delay from an event whose time is not believed', '0:00 new clock +1d\n0:05 waiting clock -1h', 3_600_000, '0:05'],
    ['has a delay of up to fourteen hours', '0:05 new clock -14h', 14 * 3_600_000, '0:05'],
  ])('%s', (_title, script, delayMs, heardAt) => {
    const call = callOf(script);
    expect([call.delayMs, call.heardAt]).toEqual([delayMs, parseStoryTime(heardAt)]);
  }); // prettier-ignore
  it('was heard of at its last own time, if it is an import', () => {
    const call = callOf('0:05 new clock -15h\n0:06 waiting clock -15h');
    expect([call.delayMs, call.heardAt]).toEqual([0, parseStoryTime('0:06') - 15 * 3_600_000]);
  });
  it('is in the queue in which it waits, else in the last queue that it came into in this life', () => {
    const queue = (script: string) => callOf(script).queue;
    expect(queue('0:00 waiting 900\n0:05 overflow →910')).toBe('910');
    expect(queue('0:00 waiting 900\n0:00 entered ana 901')).toBe('900');
    expect(queue('0:00 waiting 900\n0:01 entered ana 901')).toBe('901');
    expect(queue('0:00 waiting 900\n0:01 waiting')).toBe(null);
    expect(queue('0:00 new 900\n0:01 data')).toBe('900');
    expect(queue('0:00 waiting 900\n0:05 finished\n1:00 new')).toBe(null);
  });
  it('has the first code, and the id and reception of its first and last event in the log', () => {
    const call = callOf('0:05 new received 0:06 code=7\n0:04 waiting received 0:09 code=8');
    expect(call).toMatchObject({
      code: '8',
      id: 0,
      lastId: 4_096,
      createdAt: parseStoryTime('0:06'),
      updatedAt: parseStoryTime('0:09'),
    });
    expect(call).toMatchObject({ beganAt: parseStoryTime('0:04'), lastEventAt: parseStoryTime('0:05') });
  });
  it('has the times of its first and last wait, answer and abandon', () => {
    const call = callOf(
      '0:01 waiting 900\n0:02 abandon\n0:03 waiting 901\n0:04 ongoing\n0:05 waiting 910\n0:06 entered ana',
    );
    const seconds = [call.waitingAt, call.waitingSince, call.answeredAt, call.answeredLastAt, call.abandonedAt];
    expect(seconds.map((at) => ((at ?? 0) - storyStartMs) / 1_000)).toEqual([1, 5, 4, 6, 2]);
  });
  it.each([
    ['0:01 waiting 900\n0:20 abandon 900\n0:20.4 call.queue-timeout', null],
    ['0:01 waiting 900\n0:20 call.queue-left 900\n0:20.2 abandon 900\n0:20.4 call.queue-timeout', null],
    ['0:01 waiting 900\n0:02 abandon\n0:03 waiting 900\n0:20 abandon 900\n0:20.4 call.queue-timeout', 2],
  ])('is not abandoned where the queue let the caller out: %j', (script, second) => {
    const { abandonedAt, visits } = callOf(script);
    expect(visits.at(-1)?.outcome).toBe('timed_out');
    expect(abandonedAt === null ? null : (abandonedAt - storyStartMs) / 1_000).toBe(second);
  });
});

describe('a call that waits or is talked on', () => {
  it('does so until it had no event for longer than the setting', () => {
    const [waiting, ongoing] = [callOf('0:00 waiting 900'), callOf('0:00 ongoing')];
    const at = (minutes: number, ms: number): number => storyStartMs + minutes * 60_000 + ms;
    const times = [at(120, 0), at(120, 1)];
    expect(times.map((now) => isWaiting(waiting, now, 7_200_000))).toEqual([true, false]);
    expect(times.map((now) => isTalking(ongoing, now, 7_200_000))).toEqual([true, false]);
    expect(times.map((now) => isStale(ongoing, now, 7_200_000))).toEqual([false, true]);
    expect(isStale(callOf('0:00 finished'), at(999, 0), 7_200_000)).toBe(false);
  });
  it('has no negative durations', () => expect(elapsedMs(10, 5)).toBe(0));
});

describe('a call with many agents', () => {
  const kinds = [
    'ringing',
    'noanswer',
    'entered',
    'left',
    'ongoing',
    'waiting',
    'abandon',
    'peer.cancelled',
    'peer.left',
  ];
  const line = fc
    .record({
      second: fc.nat(9),
      kind: fc.constantFrom(...kinds),
      actor: fc.constantFrom('ana', 'bob', 'cem'),
      queue: fc.constantFrom('', '900', '901'),
      number: fc.constantFrom('', 'number=200', 'number=201'),
    })
    .map(({ second, kind, actor, queue, number }) =>
      ['ringing', 'noanswer', 'entered', 'left'].includes(kind)
        ? `1:0${second} ${kind} ${actor} ${queue} ${number}`
        : `1:0${second} ${kind} ${queue} ${number}`,
    );
  /** Twenty agents who do not answer, before everything else: enough for the segments to be indexed. */
  const missed = Array.from(
    { length: 20 },
    (_, i) => `0:0${i % 10} ringing x${i} 910\n0:1${i % 10} noanswer x${i} 910`,
  );

  it('is played as the same call with few agents', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 25 }), (lines) => {
        const few = callOf(['0:00 new', ...lines].join('\n'));
        const many = callOf(['0:00 new', ...missed, ...lines].join('\n'));
        expect(many.segments.slice(missed.length)).toEqual(few.segments);
        expect([many.visits, many.state, many.stateAt, many.answeredAt, many.abandonedAt]).toEqual([
          few.visits,
          few.state,
          few.stateAt,
          few.answeredAt,
          few.abandonedAt,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['ringing', 'entered', 'left'])('takes time in proportion to their number: %s', (kind) => {
    const factsOfAgents = (agents: number): FactSet =>
      factSet(
        eventsOf(
          Array.from({ length: agents }, (_, i) => ({
            body: JSON.stringify({
              type: `actor.${kind}`,
              call_id: 'c',
              actor: `agent ${i}`,
              timestamp: new Date(storyStartMs + i).toISOString(),
            }),
            receivedAt: new Date(storyStartMs + i).toISOString(),
          })),
        ).flatMap(factsOf),
      );
    const [few, many] = [factsOfAgents(100), factsOfAgents(1_000)];
    // The shortest of many runs: on a busy machine others take longer.
    const shortestMs = (facts: FactSet): number =>
      Math.min(
        ...Array.from({ length: 40 }, () => {
          const began = performance.now();
          play('c', facts);
          return performance.now() - began;
        }),
      );
    expect(shortestMs(many) / shortestMs(few)).toBeLessThan(30);
  });
});
