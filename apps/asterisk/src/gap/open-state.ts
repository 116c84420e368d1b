import { isDeepStrictEqual } from 'node:util';
import { amiEvent, linkedidOf, textLimits } from '@callstream/domain';
import type { AmiMessage } from '../ami/read-messages.ts';

/** What is open: a call, a caller who waits, an agent who rings or talks, a member of a queue. */
export type OpenKind = 'call' | 'waiting' | 'ringing' | 'talking' | 'member';

/** Something open, with what an event that ends it must name. */
export interface OpenEntry {
  readonly kind: OpenKind;
  /** The Linkedid; empty of a member. */
  readonly call: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The event that began it may not have been stored: it is to be ended if it is over, and posted if it is not. */
  readonly isInDoubt?: true;
}

/** What events changed. */
export interface StateChanges {
  /** What was not open before, by key; also what the same events ended. */
  readonly begun: ReadonlyMap<string, OpenEntry>;
  /** What is different after the events, by key; null: it is over. */
  readonly changed: ReadonlyMap<string, OpenEntry | null>;
}

/** What a connector knows of its PBX, from the events that it has posted. */
export interface OpenState {
  /** By key. */
  readonly open: ReadonlyMap<string, OpenEntry>;
  readonly follow: (events: readonly AmiMessage[]) => StateChanges;
  /** Calls whose begin was missed. */
  readonly addCalls: (calls: readonly string[]) => StateChanges;
}

/** The call of an event; '' if it names none. */
export const callOf = (event: AmiMessage): string => linkedidOf(amiEvent((name) => event.get(name))) ?? '';

/**
 * Whether ingest takes events of this call. Of other calls nothing is open, as each event that ends them would be quarantined, at each
 * connect again. The Uniqueid of an Asterisk has at most 150 bytes.
 */
export const isAcceptable = (call: string): boolean => Buffer.byteLength(call) <= textLimits.call_id.bytesMax;

const pick = (event: AmiMessage, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (event.has(name) ? [[name, event.get(name) ?? '']] : [])));

/** @param stored what was open when the connector stopped */
export function createOpenState(stored: ReadonlyMap<string, OpenEntry>): OpenState {
  const open = new Map(stored);
  let begun = new Map<string, OpenEntry>();
  let changed = new Map<string, OpenEntry | null>();
  const change = (key: string, entry: OpenEntry | null): void => {
    const before = open.get(key) ?? null;
    if (isDeepStrictEqual(before, entry)) return;
    if (entry === null) open.delete(key);
    else open.set(key, entry);
    if (before === null && entry !== null) begun.set(key, entry);
    changed.set(key, entry);
  };
  const update: Update = {
    put: (kind, of, fields) => change(keyOf(kind, of), { kind, call: of.call, fields }),
    remove: (kind, of) => change(keyOf(kind, of), null),
    removeAll: (call, ...kinds) => {
      for (const [key, entry] of open) if (entry.call === call && kinds.includes(entry.kind)) change(key, null);
    },
    has: (kind, of) => open.has(keyOf(kind, of)),
  };
  const changesOf = (work: () => void): StateChanges => {
    begun = new Map();
    changed = new Map();
    work();
    return { begun, changed };
  };
  return {
    open,
    follow: (events) =>
      changesOf(() => {
        for (const event of events) follow(event, update);
      }),
    addCalls: (calls) =>
      changesOf(() => {
        for (const call of calls.filter(isAcceptable))
          if (!update.has('call', { call })) update.put('call', { call }, { Linkedid: call });
      }),
  };
}

interface EntryName {
  readonly call?: string;
  readonly queue?: string;
  readonly agent?: string;
}

const keyOf = (kind: OpenKind, { call = '', queue = '', agent = '' }: EntryName): string =>
  JSON.stringify([kind, call, queue, agent]);

interface Update {
  readonly put: (kind: OpenKind, of: EntryName & { call: string }, fields: OpenEntry['fields']) => void;
  readonly remove: (kind: OpenKind, of: EntryName) => void;
  readonly removeAll: (call: string, ...kinds: readonly OpenKind[]) => void;
  readonly has: (kind: OpenKind, of: EntryName) => boolean;
}

const ofAgent = ['Linkedid', 'Queue', 'MemberName', 'Interface'];
const onCall: readonly OpenKind[] = ['waiting', 'ringing', 'talking'];

/** Events that say that there is a call, also if its begin was missed. */
const proveCall: ReadonlySet<string> = new Set([
  'QueueCallerJoin',
  'QueueEntry',
  'AgentCalled',
  'AgentConnect',
  'CallstreamCallAnswered',
]);

function follow(event: AmiMessage, update: Update): void {
  const call = callOf(event);
  if (!isAcceptable(call)) return;
  const name = event.get('Event') ?? '';
  const isFirstChannel = event.get('Uniqueid') === call && call !== '';
  const isOpened = name === 'Newchannel' ? isFirstChannel : call !== '' && proveCall.has(name);
  if (isOpened || update.has('call', { call }))
    update.put('call', { call }, { Linkedid: call, Timestamp: event.get('Timestamp') ?? '' });
  if (name === 'CallstreamCallGone' || (name === 'Hangup' && isFirstChannel)) update.removeAll(call, 'call', ...onCall);
  else followCall(event, call, update);
}

function followCall(event: AmiMessage, call: string, update: Update): void {
  const [queue, agent] = [event.get('Queue') ?? '', event.get('Interface') ?? ''];
  switch (event.get('Event')) {
    case 'QueueCallerJoin':
    case 'QueueEntry':
      update.removeAll(call, 'talking');
      return update.put('waiting', { call, queue }, { Linkedid: call, Queue: queue });
    case 'QueueCallerLeave':
    case 'CallstreamCallLeft':
      update.removeAll(call, 'ringing');
      return update.remove('waiting', { call, queue });
    case 'AgentCalled':
      return update.put('ringing', { call, agent }, pick(event, ofAgent));
    case 'AgentRingNoAnswer':
      return update.remove('ringing', { call, agent });
    case 'AgentConnect':
    case 'CallstreamCallAnswered':
      update.removeAll(call, 'waiting', 'ringing');
      if (agent !== '') update.put('talking', { call, agent }, pick(event, ofAgent));
      return;
    case 'AgentComplete':
      return update.remove('talking', { call, agent });
    case 'CallstreamAgentLeft':
      update.remove('ringing', { call, agent });
      return update.remove('talking', { call, agent });
    case 'BlindTransfer':
    case 'AttendedTransfer':
      return update.removeAll(call, 'talking');
    default:
      followMember(event, update);
  }
}

function followMember(event: AmiMessage, update: Update): void {
  const name = event.get('Event') ?? '';
  const [queue, agent] = [event.get('Queue') ?? '', event.get('Interface') ?? event.get('Location') ?? ''];
  if (name === 'QueueMemberRemoved' || name === 'CallstreamMemberGone') update.remove('member', { queue, agent });
  else if (name.startsWith('QueueMember')) update.put('member', { call: '', queue, agent }, memberFields(event));
}

/** Of an event about a member, or an entry of a list, which has other names for name and interface. */
export const memberFields = (event: AmiMessage): Record<string, string> => ({
  Queue: event.get('Queue') ?? '',
  MemberName: event.get('MemberName') ?? event.get('Name') ?? '',
  Interface: event.get('Interface') ?? event.get('Location') ?? '',
  Paused: event.get('Paused') ?? '0',
});
