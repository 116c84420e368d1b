import { AmiRefused } from '../ami/ami-refused.ts';
import type { AmiMessage } from '../ami/read-messages.ts';
import { differences } from './close-gap.ts';
import { createOpenState } from './open-state.ts';
import { askPresent } from './present.ts';

type MessageFields = Readonly<Record<string, string>>;
const message = (fields: MessageFields): AmiMessage => new Map(Object.entries(fields));

/** A PBX that answers with these entries. */
const pbx = (queues: readonly MessageFields[], channels: readonly MessageFields[]) => ({
  list: (action: string) => Promise.resolve((action === 'QueueStatus' ? queues : channels).map(message)),
});
const caller = (call: string, more: MessageFields = {}): MessageFields =>
  Object.assign(
    { Event: 'CoreShowChannel', Channel: `PJSIP/trunk-${call.replace('.', '')}`, Uniqueid: call, Linkedid: call },
    more,
  );
const member = (agent: string, Paused = '0'): MessageFields => ({
  Event: 'QueueMember',
  Queue: 'sales',
  Name: `Agent ${agent}`,
  Location: `Local/${agent}@from-queue/n`,
  Paused,
});
const agentFields = (agent: string): MessageFields => ({
  Queue: 'sales',
  MemberName: `Agent ${agent}`,
  Interface: `Local/${agent}@from-queue/n`,
});

/** What is posted when the PBX said `events` and then, after a gap, answers this. */
async function posted(events: readonly MessageFields[], answers: ReturnType<typeof pbx>, allMembers = false) {
  const state = createOpenState(new Map());
  state.follow(events.map(message));
  const closing = differences(state, await askPresent(answers), { allMembers });
  state.follow(closing);
  return {
    closing: closing.map((event) => Object.fromEntries(event)),
    again: differences(state, await askPresent(answers), { allMembers: false }),
  };
}

const begins = { Event: 'Newchannel', Uniqueid: '1.1', Linkedid: '1.1', Timestamp: '1795900700.000000' };
const waits = { Event: 'QueueCallerJoin', Uniqueid: '1.1', Linkedid: '1.1', Queue: 'sales' };
const rings = Object.assign({ Event: 'AgentCalled', Linkedid: '1.1' }, agentFields('203'));
const talks = Object.assign({ Event: 'AgentConnect', Linkedid: '1.1' }, agentFields('203'));

describe('after a gap', () => {
  it('a PBX that does not say which calls there are still says who is in the queues', async () => {
    const answers = {
      list: (action: string) =>
        action === 'QueueStatus' ? Promise.resolve([message(member('203'))]) : Promise.reject(new AmiRefused('no')),
    };
    expect((await posted([begins, waits], answers)).closing).toEqual([member('203')]);
  });

  it('nothing is posted of a call whose id is too long for ingest, whether it is gone or still there', async () => {
    const tooLong = 'x'.repeat(513);
    const waitsTooLong = Object.assign({}, waits, { Uniqueid: tooLong, Linkedid: tooLong });
    const entry = { Event: 'QueueEntry', Queue: 'sales', Uniqueid: tooLong };
    expect((await posted([waitsTooLong], pbx([], []))).closing).toEqual([]);
    expect((await posted([], pbx([entry], [caller(tooLong)]))).closing).toEqual([]);
    const longest = 'x'.repeat(512);
    const waitsLong = Object.assign({}, waits, { Uniqueid: longest, Linkedid: longest });
    expect((await posted([waitsLong], pbx([], []))).closing).toMatchObject([{ Event: 'CallstreamCallGone' }]);
  });

  it('a call that is gone ends, with the time of its last event, whatever it was doing', async () => {
    const last = { Event: 'VarSet', Linkedid: '1.1', Timestamp: '1795900709.000000' };
    const { closing, again } = await posted([begins, waits, rings, last], pbx([], []));
    expect(closing).toEqual([
      { Event: 'CallstreamCallGone', Linkedid: '1.1', Timestamp: '1795900709.000000', inferred: 'true' },
    ]);
    expect(again).toEqual([]);
  });

  it('a call whose begin was missed ends, too, if it is gone', async () => {
    const { closing, again } = await posted([waits], pbx([], []));
    expect(closing).toEqual([{ Event: 'CallstreamCallGone', Linkedid: '1.1', inferred: 'true' }]);
    expect(again).toEqual([]);
  });

  it('a caller who waits now appears, with the call of the channel', async () => {
    const entry = { Event: 'QueueEntry', Queue: 'sales', Uniqueid: '1.7' };
    const channels = [caller('1.1'), { Uniqueid: '1.7', Linkedid: '1.1', Channel: 'Local/901@x-0001;2' }];
    const { closing, again } = await posted([begins], pbx([entry], channels));
    expect(closing).toEqual([Object.assign({ Linkedid: '1.1' }, entry)]);
    expect(again).toEqual([]);
  });

  it('a caller who talks now is answered by the member whose channel is connected, also behind a Local channel', async () => {
    const inQueue = { Application: 'Queue', ApplicationData: 'sales,tT', BridgeId: 'b1' };
    const phone = (Channel: string): MessageFields => ({ Channel, Uniqueid: '1.2', Linkedid: '1.1', BridgeId: 'b1' });
    for (const channel of ['Local/203@from-queue-0000001c;1', 'PJSIP/203-0000001d']) {
      const answers = pbx([member('203'), member('204')], [caller('1.1', inQueue), phone(channel)]);
      const { closing, again } = await posted([begins, waits, rings], answers);
      expect(closing.filter(({ Event }) => Event !== 'QueueMember')).toEqual([
        Object.assign({ Event: 'CallstreamAgentLeft', Linkedid: '1.1' }, agentFields('203')),
        Object.assign({ Event: 'CallstreamCallAnswered', Linkedid: '1.1' }, agentFields('203')),
      ]);
      expect(again).toEqual([]);
    }
  });

  it('a Local member who sent the caller to another queue no longer talks, although the channel is still connected', async () => {
    const inQueue = (queue: string) => ({ Application: 'Queue', ApplicationData: `${queue},tT` });
    const half = (n: 1 | 2, more: MessageFields): MessageFields =>
      Object.assign({ Channel: `Local/203@from-queue-0000001c;${n}`, Uniqueid: `1.${n + 1}`, Linkedid: '1.1' }, more);
    const answers = pbx(
      [member('203'), { Event: 'QueueEntry', Queue: 'support', Uniqueid: '1.3' }],
      [
        caller('1.1', Object.assign(inQueue('sales'), { BridgeId: 'b1' })),
        half(1, { BridgeId: 'b1' }),
        half(2, inQueue('support')),
      ],
    );
    const { closing, again } = await posted([begins, waits, talks], answers);
    expect(closing.map(({ Event, Queue }) => [Event, Queue])).toEqual([
      ['CallstreamAgentLeft', 'sales'],
      ['QueueEntry', 'support'],
      ['QueueMember', 'sales'],
    ]);
    expect(again).toEqual([]);
  });

  it('an agent who no longer talks leaves, and a caller who is in no queue any more is out of it', async () => {
    const left = await posted([begins, waits, talks], pbx([], [caller('1.1')]));
    expect(left.closing).toEqual([
      Object.assign({ Event: 'CallstreamAgentLeft', Linkedid: '1.1' }, agentFields('203')),
    ]);
    const out = await posted([begins, waits], pbx([], [caller('1.1')]));
    expect(out.closing).toEqual([{ Event: 'CallstreamCallLeft', Linkedid: '1.1', Queue: 'sales' }]);
    const connected = await posted([begins, waits], pbx([], [caller('1.1', { BridgeId: 'b1' })]));
    expect(connected.closing).toEqual([{ Event: 'CallstreamCallAnswered', Linkedid: '1.1', Queue: 'sales' }]);
    expect([left, out, connected].flatMap(({ again }) => again)).toEqual([]);
  });

  it('an agent who still rings for a caller who still waits is left alone', async () => {
    const answers = pbx(
      [{ Event: 'QueueEntry', Queue: 'sales', Uniqueid: '1.1' }, member('203')],
      [caller('1.1'), { Channel: 'Local/203@from-queue-0000001c;1', Uniqueid: '1.2', Linkedid: '1.1' }],
    );
    const { closing } = await posted([begins, waits, rings], answers);
    expect(closing.map(({ Event }) => Event)).toEqual(['QueueMember']);
  });

  it('members are posted if they are new, changed or all are wanted, and those who are gone log out', async () => {
    const known = ['203', '204', '205'].map((agent) =>
      Object.assign({ Event: 'QueueMemberAdded', Paused: '0' }, agentFields(agent)),
    );
    const answers = pbx([member('203'), member('204', '1'), member('206')], []);
    const gone = Object.assign({ Event: 'CallstreamMemberGone' }, agentFields('205'));
    expect((await posted(known, answers)).closing).toEqual([member('204', '1'), member('206'), gone]);
    expect((await posted(known, answers, true)).closing).toEqual([
      member('203'),
      member('204', '1'),
      member('206'),
      gone,
    ]);
  });
});
