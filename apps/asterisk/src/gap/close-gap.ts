import type { AmiMessage } from '../ami/read-messages.ts';
import { callOf, memberFields } from './open-state.ts';
import type { OpenEntry, OpenKind, OpenState } from './open-state.ts';
import type { AgentOnCall, Present, PresentCalls } from './present.ts';

/**
 * What to post, so that the log agrees with what the PBX answers: events of the PBX, and inferred ones, whose names begin with
 * `Callstream`. @param allMembers also members that are known already
 */
export function differences(
  { open }: Pick<OpenState, 'open'>,
  { calls, members }: Present,
  { allMembers }: { readonly allMembers: boolean },
): AmiMessage[] {
  const known: Known = (kind) => [...open.values()].filter((entry) => entry.kind === kind);
  return [
    ...(calls === null ? [] : ofCalls(known, calls)),
    ...members.filter((member) => allMembers || isNews(known('member'), member)),
    ...known('member')
      .filter(({ fields }) => !members.some((member) => isSameMember(fields, memberFields(member))))
      .map(({ fields: { Queue = '', MemberName = '', Interface = '' } }) =>
        event('CallstreamMemberGone', { Queue, MemberName, Interface }),
      ),
  ];
}

const isStored = ({ isInDoubt }: OpenEntry): boolean => isInDoubt === undefined;

type Known = (kind: OpenKind) => readonly OpenEntry[];

function ofCalls(known: Known, { alive, waiting, talking, isOnCall }: PresentCalls): AmiMessage[] {
  const isAlive = ({ call }: { readonly call: string }): boolean => alive.has(call);
  const waitingNow = new Set(waiting.map(placeOf));
  const waitingCalls = new Set(waiting.map(callOf));
  const talkingNow = new Set(talking.map(({ call, interface: agent }) => `${call} ${agent}`));
  const answeredNow = new Set(talking.map(({ call }) => call));
  const isRinging = ({ call, fields: { Interface = '' } }: OpenEntry): boolean =>
    waitingCalls.has(call) && isOnCall({ call, interface: Interface });
  const agentOn = ({ call, fields: { Interface = '' } }: OpenEntry): string => `${call} ${Interface}`;
  const placeOfEntry = ({ call, fields: { Queue = '' } }: OpenEntry): string => `${call} ${Queue}`;
  const knownTalking = new Set(known('talking').filter(isStored).map(agentOn));
  const knownWaiting = new Set(known('waiting').filter(isStored).map(placeOfEntry));
  const noLongerOnCall = [
    ...known('ringing').filter((entry) => !isRinging(entry)),
    ...known('talking').filter((entry) => !talkingNow.has(agentOn(entry))),
  ];
  const noLongerWaiting = known('waiting').filter((entry) => !waitingNow.has(placeOfEntry(entry)));
  return [
    ...known('call')
      .filter((entry) => !isAlive(entry))
      .map(callGone),
    ...noLongerOnCall.filter(isAlive).map(({ fields }) => event('CallstreamAgentLeft', fields)),
    ...noLongerWaiting
      .filter((entry) => isAlive(entry) && !answeredNow.has(entry.call))
      .map(({ call, fields }) =>
        event(alive.get(call)?.isConnected ? 'CallstreamCallAnswered' : 'CallstreamCallLeft', fields),
      ),
    ...waiting.filter((entry) => !knownWaiting.has(placeOf(entry))),
    ...talking.filter(({ call, interface: agent }) => !knownTalking.has(`${call} ${agent}`)).map(callAnswered),
  ];
}

const event = (name: string, fields: Readonly<Record<string, string>>): AmiMessage =>
  new Map([['Event', name], ...Object.entries(fields).filter(([, value]) => value !== '')]);

/** The time of its last event makes it the same event whenever it is posted. */
const callGone = ({ fields }: OpenEntry): AmiMessage => event('CallstreamCallGone', { ...fields, inferred: 'true' });

const callAnswered = ({ call, queue, name, interface: agent }: AgentOnCall): AmiMessage =>
  event('CallstreamCallAnswered', { Linkedid: call, Queue: queue, MemberName: name, Interface: agent });

/** A call and the queue that it waits in. */
const placeOf = (entry: AmiMessage): string => `${callOf(entry)} ${entry.get('Queue') ?? ''}`;

type MemberFields = Readonly<Record<string, string>>;
const isSameMember = (a: MemberFields, b: MemberFields): boolean =>
  a['Queue'] === b['Queue'] && a['Interface'] === b['Interface'];
const isNews = (known: readonly OpenEntry[], member: AmiMessage): boolean => {
  const fields = memberFields(member);
  return !known
    .filter(isStored)
    .some((entry) => isSameMember(entry.fields, fields) && entry.fields['Paused'] === fields['Paused']);
};
