import { createDialplanJudge, isCurrent, isOnCall, isRinging } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';
import { callsOfEvents, eventsOf } from '@callstream/domain/testing';
import type { TestDelivery } from '@callstream/domain/testing';
import { agentsNow, defaultRules } from '@callstream/domain/testing/agents';
import { firstPbxMembers, livePbxEvents, pbxDialplan, pbxTruth } from '@callstream/domain/testing/pbx';
import type { PbxEvent } from '@callstream/domain/testing/pbx';
import { createPbxChannels } from '@callstream/domain/testing/pbx-channels';
import { extensionOf } from '@callstream/domain/testing/pbx-truth';
import type { AmiMessage } from '../ami/read-messages.ts';
import { isAllowed } from '../buffer/allowed-events.ts';
import { eventRecord } from '../buffer/event-record.ts';
import { differences } from './close-gap.ts';
import { callOf, createOpenState } from './open-state.ts';
import { askPresent } from './present.ts';
import type { Present } from './present.ts';

const judge = createDialplanJudge(pbxDialplan);
const timeOf = ({ receivedAt }: { readonly receivedAt: string }): number => Date.parse(receivedAt);
const messageOf = ({ fields }: PbxEvent): AmiMessage => new Map(Object.entries(fields));
const delivery = (event: AmiMessage, receivedAt: string, count: number): TestDelivery => {
  const { value, headers } = eventRecord(event, judge, { connection: receivedAt, next: () => count });
  return { source: 'asterisk', hints: headers['hints'] ?? null, body: value.toString(), receivedAt };
};

/** The PBX of the capture, as it answers at the times of `at`, in ms since 1970; the last answer is of the end. */
async function presents(at: readonly number[]): Promise<Present[]> {
  const channels = createPbxChannels(firstPbxMembers);
  const message = (fields: Readonly<Record<string, string>>): AmiMessage => new Map(Object.entries(fields));
  const list = (action: string): Promise<AmiMessage[]> =>
    Promise.resolve((action === 'QueueStatus' ? channels.queueStatus() : channels.coreShowChannels()).map(message));
  const answers: Present[] = [];
  let next = 0;
  for (const time of [...at, Infinity]) {
    for (let event = livePbxEvents[next]; event && timeOf(event) < time; event = livePbxEvents[++next])
      channels.apply(event.fields);
    answers.push(await askPresent({ list }));
  }
  return answers;
}

const gapMs = 10_000;
const firstAt = Math.min(...livePbxEvents.map(timeOf));
const lastAt = Math.max(...livePbxEvents.map(timeOf));
const gaps = Array.from({ length: 15 }, (_, i) => firstAt + 1_000 + Math.floor(((lastAt - firstAt) * i) / 15));

/** What a connector posts that is there from the begin on, is cut off at `from`, and asks the PBX when it is back. */
function postedWithGap(atFirst: Present, from: number, atEnd: Present): CallEvent[] {
  const to = from + gapMs;
  const state = createOpenState(new Map());
  const posted: TestDelivery[] = [];
  const post = (event: AmiMessage, receivedAt: number): void => {
    state.follow([event]);
    posted.push(delivery(event, new Date(receivedAt).toISOString(), posted.length));
  };
  const close = (present: Present, at: number): void => {
    for (const event of differences(state, present, { allMembers: true })) post(event, at);
  };
  const heard = (isIt: (event: PbxEvent) => boolean): void => {
    for (const event of livePbxEvents)
      if (isIt(event) && isAllowed(messageOf(event))) post(messageOf(event), timeOf(event));
  };
  close(atFirst, firstAt);
  heard((event) => timeOf(event) < from);
  if (to <= lastAt) close(atEnd, to);
  heard((event) => timeOf(event) >= to);
  return eventsOf(posted);
}

/** Queue, exit and agents of the visits. */
const visitsOf = (call: Call | undefined) => call?.visits.map(({ queue, outcome, actor }) => [queue, outcome, actor]);
const known = (events: readonly CallEvent[], now: number): CallEvent[] =>
  events.filter(({ receivedAt }) => receivedAt <= now);
/** What each agent does in each queue; agents who ring are left out. */
const presencesAt = (events: readonly CallEvent[], now: number): string[] => {
  const calls = [...callsOfEvents(known(events, now)).values()];
  return [...agentsNow(known(events, now), calls, { now, rules: defaultRules })]
    .flatMap(([actor, { queues }]) => queues.map(({ queue, presence }) => `${actor} in ${queue}: ${presence}`))
    .filter((presence) => !presence.endsWith('ringing'));
};
/** The queue in which each caller waits. */
const waitsAt = (events: readonly CallEvent[], now: number): string[] =>
  [...callsOfEvents(known(events, now)).values()]
    .filter((call) => isCurrent(call) && call.state === 'WAITING')
    .map(({ callId, queue }) => `${callId} in ${queue ?? ''}`)
    .toSorted();
/** Calls, and agents who ring or talk, that are left open. */
const leftOpen = (calls: Iterable<Call>): string[] =>
  [...calls].flatMap((call) => [
    ...(isCurrent(call) ? [`call ${call.callId}`] : []),
    ...call.segments
      .filter((segment) => isOnCall(segment) || isRinging(segment))
      .map(({ actor }) => `${actor} on ${call.callId}`),
  ]);

/** Extensions of members behind a Local channel who transferred a caller: the PBX still has that channel with the caller. */
const stillConnected = (present: Present, at: number): (string | null)[] =>
  (present.calls?.talking ?? [])
    .filter(({ call, interface: agent }) =>
      livePbxEvents.some(
        (event) =>
          timeOf(event) < at &&
          event.fields['Event'] === 'BlindTransfer' &&
          event.fields['TransfereeLinkedid'] === call &&
          extensionOf(event.fields['TransfererChannel']) === extensionOf(agent),
      ),
    )
    .map(({ interface: agent }) => extensionOf(agent));

let uncut: CallEvent[];
let uncutCalls: ReadonlyMap<string, Call>;
let cut: readonly {
  readonly from: number;
  /** What the PBX answers after the gap. */
  readonly present: Present;
  readonly events: CallEvent[];
  readonly calls: ReadonlyMap<string, Call>;
}[];
let atEnd: Present;
beforeAll(async () => {
  const [atFirst, ...others] = await presents([firstAt, ...gaps.map((from) => from + gapMs)]);
  atEnd = others.at(-1)!;
  uncut = postedWithGap(atFirst!, Infinity, atEnd);
  uncutCalls = callsOfEvents(uncut);
  cut = gaps.map((from, i) => {
    const present = others[i]!;
    const events = postedWithGap(atFirst!, from, present);
    return { from, present, events, calls: callsOfEvents(events) };
  });
});

describe('a connection that is cut for 10 s, at any time of the capture,', () => {
  it('leaves no call open, and nobody ringing or on a call', () => {
    for (const { calls } of cut) expect(leftOpen(calls.values())).toEqual([]);
  });

  it('changes no call that was over before it, or began after it', () => {
    let unchanged = 0;
    for (const { from, calls } of cut)
      for (const { pbx } of pbxTruth) {
        const call = uncutCalls.get(pbx.linkedid);
        if (!call || (call.updatedAt >= from && call.createdAt < from + gapMs)) continue;
        expect(visitsOf(calls.get(pbx.linkedid))).toEqual(visitsOf(call));
        unchanged++;
      }
    expect(unchanged).toBeGreaterThan(60 * gaps.length * 0.8);
  });

  it('shows the callers who wait, and no other, as soon as the connector has asked the PBX', () => {
    let waiting = 0;
    for (const { from, events } of cut) {
      const expected = waitsAt(uncut, from + gapMs - 1);
      waiting += expected.length;
      expect(waitsAt(events, from + gapMs)).toEqual(expected);
    }
    expect(waiting).toBeGreaterThan(10);
  });

  it('shows who is logged in, paused and on a call as soon as the connector has asked the PBX', () => {
    let [compared, sentOutside] = [0, 0];
    for (const { from, events, present } of cut) {
      const expected = presencesAt(uncut, from + gapMs - 1);
      const known = expected.filter(
        (presence) => !stillConnected(present, from + gapMs).includes(extensionOf(presence) ?? ''),
      );
      expect(presencesAt(events, from + gapMs)).toEqual(expect.arrayContaining(known));
      compared += known.length;
      sentOutside += expected.length - known.length;
    }
    expect(compared).toBeGreaterThan(70);
    expect(sentOutside).toBeLessThanOrEqual(2);
  });
});

describe('an event that is missed, any one of the capture,', () => {
  const heard = livePbxEvents.filter((event) => isAllowed(messageOf(event)));
  const byCall = Map.groupBy(heard, (event) => callOf(messageOf(event)));
  const endAt = new Date(lastAt + 1_000).toISOString();
  /** What is posted of these events, and at the end to close gaps. */
  const posted = (events: readonly PbxEvent[], isIt: (event: AmiMessage) => boolean): CallEvent[] => {
    const state = createOpenState(new Map());
    state.follow(events.map(messageOf));
    const closing = differences(state, atEnd, { allMembers: true }).filter(isIt);
    return eventsOf([
      ...events.map((event, i) => delivery(messageOf(event), event.receivedAt, i)),
      ...closing.map((event, i) => delivery(event, endAt, i)),
    ]);
  };

  it('leaves no call open, and nobody ringing or on a call, and each caller’s call ends', () => {
    let tried = 0;
    for (const [call, events] of byCall) {
      if (call === '') continue;
      for (const missed of events) {
        const others = posted(
          events.filter((event) => event !== missed),
          (event) => callOf(event) === call,
        );
        const calls = callsOfEvents(others);
        expect({ missed, open: leftOpen(calls.values()) }).toEqual({ missed, open: [] });
        const isIncoming = pbxTruth.some(({ pbx }) => pbx.linkedid === call);
        if (isIncoming) expect({ missed, state: calls.get(call)?.state }).toEqual({ missed, state: 'FINISHED' });
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(1_200);
  });

  it('leaves each agent as the PBX has the agent, if it is about the presence of one', () => {
    const ofMembers = byCall.get('') ?? [];
    const presences = (events: readonly PbxEvent[]): string[] =>
      presencesAt(
        posted(events, (event) => callOf(event) === ''),
        Date.parse(endAt),
      );
    const expected = presences(ofMembers);
    expect(expected.length).toBeGreaterThan(5);
    for (const missed of ofMembers)
      expect({ missed, is: presences(ofMembers.filter((event) => event !== missed)) }).toEqual({
        missed,
        is: expected,
      });
    expect(ofMembers.length).toBeGreaterThan(10);
  });
});

it('what a connector infers is one event, however often it is posted', () => {
  const begins = livePbxEvents.find(({ fields }) => fields['Event'] === 'Newchannel')!;
  const state = createOpenState(new Map());
  state.follow([messageOf(begins)]);
  const [gone] = differences(state, atEnd, { allMembers: false }).filter((event) => callOf(event) !== '');
  const events = eventsOf([1, 2].map((i) => delivery(gone!, new Date(lastAt + i * 60_000).toISOString(), i)));
  expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(1);
  expect(events[0]).toMatchObject({ kind: 'call.finished', clock: 'own' });
});
