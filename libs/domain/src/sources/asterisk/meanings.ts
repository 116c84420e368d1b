import type { Kind } from '../../kinds.ts';
import type { StatedFact } from '../source.ts';
import { agentOf, extensionOf, extensionOfChannel, isFirstChannel, linkedidOf } from './ami-event.ts';
import type { AmiEvent } from './ami-event.ts';

/** What an event of one name states, and what it must name for that. */
export interface Meaning {
  readonly names: readonly ('call' | 'agent')[];
  readonly facts: (event: AmiEvent) => readonly [StatedFact, ...StatedFact[]];
}

type FactTexts = Partial<Omit<StatedFact, 'kind'>>;

/** A fact of any kind; what `texts` has not is null. */
export const factOf = (kind: string, texts: FactTexts): StatedFact => ({
  kind,
  actor: null,
  queue: null,
  code: null,
  number: null,
  destination: null,
  url: null,
  direction: null,
  ourNumber: null,
  theirNumber: null,
  theirNumberType: null,
  reason: null,
  ...texts,
});
export const fact = (kind: Kind, texts: FactTexts): StatedFact => factOf(kind, texts);

/**
 * What an event states. Asterisk leaves fields out, e.g. those of a caller who is gone: an event that does not name what its
 * meaning needs is stored as incomplete, and changes nothing.
 */
export const factsOf = (event: AmiEvent, { names, facts }: Meaning): ReturnType<Meaning['facts']> =>
  names.every((name) => (name === 'call' ? linkedidOf(event) : agentOf(event)) !== null)
    ? facts(event)
    : [fact('system.incomplete', { actor: agentOf(event), queue: queueOf(event) })];

const queueOf = ({ field }: AmiEvent): string | null => field('Queue');
const agentFact = (kind: Kind, event: AmiEvent): StatedFact =>
  fact(kind, {
    actor: agentOf(event),
    queue: queueOf(event),
    number: extensionOf(event),
    reason: kind === 'actor.paused' ? (event.field('PausedReason') ?? event.field('Reason')) : null,
  });
/** An event that changes nothing: what it names is kept. */
const detail = (event: AmiEvent): StatedFact => fact('system.detail', { actor: agentOf(event), queue: queueOf(event) });

const call = (facts: Meaning['facts']): Meaning => ({ names: ['call'], facts });
const ofCall = (kind: Kind): Meaning => call((event) => [fact(kind, { queue: queueOf(event) })]);
const ofAgentOnCall = (kind: Kind): Meaning => ({
  names: ['call', 'agent'],
  facts: (event) => [agentFact(kind, event)],
});
const ofMember = (...kinds: readonly [Kind, ...Kind[]]): Meaning => member(() => kinds);
const member = (kindsOf: (event: AmiEvent) => readonly [Kind, ...Kind[]]): Meaning => ({
  names: ['agent'],
  facts: (event) => {
    const [first, ...others] = kindsOf(event);
    return [agentFact(first, event), ...others.map((kind) => agentFact(kind, event))];
  },
});
const noMeaning: Meaning = { names: [], facts: (event) => [detail(event)] };

/** A channel begins. The first one of a call is the call. */
function newChannel(event: AmiEvent): StatedFact {
  const { hints, field } = event;
  if (!isFirstChannel(event) || hints.direction === 'none') return detail(event);
  // The extension s means that none was dialled.
  const dialled = field('Exten') === 's' ? null : field('Exten');
  const caller = field('CallerIDNum');
  const isByAgent = hints.direction === 'outbound' || hints.direction === 'internal';
  return fact('call.new', {
    direction: hints.direction ?? null,
    ourNumber: isByAgent ? caller : dialled,
    theirNumber: isByAgent ? dialled : caller,
  });
}

/** Only the dial of the call's first channel answers it: another channel may be a member of a queue that dials its phone. */
function dialEnd(event: AmiEvent): StatedFact {
  const number = extensionOfChannel(event.field('DestChannel'));
  const status = event.field('DialStatus');
  if (status === 'CANCEL') return fact('peer.cancelled', { number });
  return status === 'ANSWER' && isFirstChannel(event) ? fact('peer.answered', { number }) : detail(event);
}

const transfer =
  (channel: string): Meaning['facts'] =>
  (event) => [
    event.field('Result') === 'Success'
      ? fact('peer.left', { number: extensionOfChannel(event.field(channel)) })
      : detail(event),
  ];

/** Values of the channel variable QUEUESTATUS, which says why a caller left a queue, or was not let in. */
const queueStatuses: ReadonlyMap<string | null, Kind> = new Map([
  ['TIMEOUT', 'call.queue-timeout'],
  ['FULL', 'call.queue-full'],
  ['JOINEMPTY', 'call.queue-empty'],
  ['JOINUNAVAIL', 'call.queue-empty'],
  ['LEAVEEMPTY', 'call.queue-emptied'],
  ['LEAVEUNAVAIL', 'call.queue-emptied'],
  ['WITHDRAW', 'call.queue-withdrawn'],
]);

function variable(event: AmiEvent): StatedFact {
  const [name, value] = [event.field('Variable'), event.field('Value')];
  if (name === 'MIXMONITOR_FILENAME' && value !== null) return fact('call.recording-available', { url: value });
  const kind = name === 'QUEUESTATUS' ? queueStatuses.get(value) : undefined;
  return kind === undefined ? detail(event) : fact(kind, { queue: event.hints.queue ?? null });
}

const isPaused = ({ field }: AmiEvent): boolean => field('Paused') === '1';

/**
 * By the name of the event. An event without a meaning here is stored, and changes nothing. Names that begin with Callstream are
 * what a connector infers after a gap.
 */
export const meanings: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({
    Newchannel: call((event) => [newChannel(event)]),
    Hangup: call((event) => [isFirstChannel(event) ? fact('call.finished', {}) : detail(event)]),
    DialEnd: call((event) => [dialEnd(event)]),
    BlindTransfer: call(transfer('TransfererChannel')),
    AttendedTransfer: call(transfer('OrigTransfererChannel')),
    VarSet: { names: [], facts: (event) => [variable(event)] },

    QueueCallerJoin: ofCall('call.waiting'),
    QueueCallerLeave: ofCall('call.queue-left'),
    QueueCallerAbandon: ofCall('call.queue-abandon'),
    AgentCalled: ofAgentOnCall('actor.ringing'),
    AgentRingNoAnswer: ofAgentOnCall('actor.noanswer'),
    AgentConnect: call((event) => [agentFact('actor.entered', event), fact('call.ongoing', { queue: queueOf(event) })]),
    AgentComplete: ofAgentOnCall('actor.left'),

    QueueMemberAdded: member((event) => (isPaused(event) ? ['actor.logged-in', 'actor.paused'] : ['actor.logged-in'])),
    QueueMemberRemoved: ofMember('actor.logged-out'),
    QueueMemberPause: member((event) => [isPaused(event) ? 'actor.paused' : 'actor.unpaused']),

    // Answers to QueueStatus: the present state.
    QueueMember: member((event) => ['actor.logged-in', isPaused(event) ? 'actor.paused' : 'actor.unpaused']),
    QueueEntry: ofCall('call.waiting'),

    CallstreamCallGone: ofCall('call.finished'),
    CallstreamCallAnswered: call((event) => [
      agentFact('actor.entered', event),
      fact('call.ongoing', { queue: queueOf(event) }),
    ]),
    CallstreamCallLeft: ofCall('call.standby'),
    CallstreamAgentLeft: ofAgentOnCall('actor.left'),
    CallstreamMemberGone: ofMember('actor.logged-out'),

    AgentDump: noMeaning,
    CoreShowChannel: noMeaning,
    CoreShowChannelsComplete: noMeaning,
    FullyBooted: noMeaning,
    Hold: noMeaning,
    MixMonitorStart: noMeaning,
    MixMonitorStop: noMeaning,
    QueueMemberPenalty: noMeaning,
    QueueMemberRinginuse: noMeaning,
    QueueMemberStatus: noMeaning,
    QueueParams: noMeaning,
    QueueStatusComplete: noMeaning,
    Unhold: noMeaning,
  } satisfies Record<string, Meaning>),
);
