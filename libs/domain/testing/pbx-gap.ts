import { pbxEvents } from './pbx.ts';
import type { PbxEvent } from './pbx.ts';

type Fields = PbxEvent['fields'];

/** What a connector that was away from `from` to `to` (ms since 1970) posts when it is back: what it asks the PBX, and infers. */
export function afterGap(from: number, to: number): PbxEvent[] {
  const [before, now] = [until(from), until(to)];
  const receivedAt = new Date(to).toISOString();
  let count = 0;
  const post = (Event: string, fields: object): PbxEvent => ({ receivedAt, fields: { Event, ...fields } });
  /** Without a Timestamp of the PBX. */
  const observe = (Event: string, fields: object): PbxEvent =>
    post(Event, Object.assign({ CallstreamConnection: `gap-${to}`, CallstreamCount: count++ }, fields));
  const ofAgent = ({ Linkedid, Queue, MemberName, Interface }: Fields): object => ({
    Linkedid,
    Queue,
    MemberName,
    Interface,
  });

  const alive = now.calls;
  const isAlive = ([, { Linkedid = '' }]: [string, Fields]): boolean => alive.has(Linkedid);
  const appeared = (which: (state: PbxState) => Map<string, Fields>): Fields[] =>
    [...which(now)].filter((entry) => !which(before).has(entry[0]) && isAlive(entry)).map(([, fields]) => fields);
  const disappeared = (which: (state: PbxState) => Map<string, Fields>): Fields[] =>
    [...which(before)].filter((entry) => !which(now).has(entry[0]) && isAlive(entry)).map(([, fields]) => fields);
  const talking = new Set([...now.talking.values()].map(({ Linkedid = '' }) => Linkedid));

  return [
    ...[...before.calls]
      .filter(([call]) => !alive.has(call))
      .map(([Linkedid, { Timestamp }]) => post('CallstreamCallGone', { Linkedid, Timestamp, inferred: true })),
    ...[...disappeared(({ ringing }) => ringing), ...disappeared((state) => state.talking)].map((fields) =>
      observe('CallstreamAgentLeft', ofAgent(fields)),
    ),
    ...disappeared(({ waiting }) => waiting)
      .filter(({ Linkedid = '' }) => !talking.has(Linkedid))
      .map(({ Linkedid = '', Queue }) =>
        observe(now.answered.has(Linkedid) ? 'CallstreamCallAnswered' : 'CallstreamCallLeft', { Linkedid, Queue }),
      ),
    ...appeared(({ waiting }) => waiting).map(({ Linkedid, Queue }) => observe('QueueEntry', { Linkedid, Queue })),
    ...appeared((state) => state.talking).map((fields) => observe('CallstreamCallAnswered', ofAgent(fields))),
    ...[...now.members.values()].map(({ Queue, MemberName, Interface, Paused }) =>
      observe('QueueMember', { Queue, Name: MemberName, Location: Interface, Paused }),
    ),
    ...[...before.members]
      .filter(([member]) => !now.members.has(member))
      .map(([, { Queue, MemberName, Interface }]) => observe('CallstreamMemberGone', { Queue, MemberName, Interface })),
  ];
}

/** What a connector knows of a PBX. By call, by call and queue or interface, or by queue and interface. */
interface PbxState {
  /** Calls whose first channel is there: their last event. */
  readonly calls: Map<string, Fields>;
  readonly waiting: Map<string, Fields>;
  readonly ringing: Map<string, Fields>;
  readonly talking: Map<string, Fields>;
  /** Calls that an agent answered. */
  readonly answered: Set<string>;
  readonly members: Map<string, Fields>;
}

function until(at: number): PbxState {
  const state: PbxState = {
    calls: new Map(),
    waiting: new Map(),
    ringing: new Map(),
    talking: new Map(),
    answered: new Set(),
    members: new Map(),
  };
  for (const { receivedAt, fields } of pbxEvents) if (Date.parse(receivedAt) < at) follow(state, fields);
  return state;
}

function follow(state: PbxState, fields: Fields): void {
  const call = fields['Linkedid'] ?? fields['DestLinkedid'] ?? fields['TransfereeLinkedid'] ?? '';
  const ofAgent = `${call} ${fields['Interface'] ?? ''}`;
  const endAll = (of: Map<string, Fields>): void => {
    for (const key of of.keys()) if (key.startsWith(`${call} `)) of.delete(key);
  };
  if (state.calls.has(call)) state.calls.set(call, { ...fields, Linkedid: call });
  switch (fields['Event']) {
    case 'Newchannel':
      if (fields['Uniqueid'] === call) state.calls.set(call, fields);
      return;
    case 'Hangup':
      if (fields['Uniqueid'] === call) state.calls.delete(call);
      return;
    case 'QueueCallerJoin':
      endAll(state.talking);
      state.waiting.set(`${call} ${fields['Queue'] ?? ''}`, fields);
      state.answered.delete(call);
      return;
    case 'QueueCallerLeave':
      endAll(state.ringing);
      state.waiting.delete(`${call} ${fields['Queue'] ?? ''}`);
      return;
    case 'AgentCalled':
      state.ringing.set(ofAgent, fields);
      return;
    case 'AgentRingNoAnswer':
      state.ringing.delete(ofAgent);
      return;
    case 'AgentConnect':
      state.talking.set(ofAgent, fields);
      state.answered.add(call);
      return;
    case 'AgentComplete':
      state.talking.delete(ofAgent);
      return;
    case 'BlindTransfer':
    case 'AttendedTransfer':
      endAll(state.talking);
      return;
    default:
      followMember(state.members, fields);
  }
}

function followMember(members: Map<string, Fields>, fields: Fields): void {
  const { Event = '', Queue = '', Name = '', Location = '' } = fields;
  const { MemberName = Name, Interface = Location } = fields;
  const key = `${Queue} ${Interface}`;
  if (Event === 'QueueMemberRemoved') members.delete(key);
  else if (Event.startsWith('QueueMember')) members.set(key, { ...fields, MemberName, Interface });
}
