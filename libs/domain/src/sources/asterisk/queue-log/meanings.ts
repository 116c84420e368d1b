import type { Kind } from '../../../kinds.ts';
import type { StatedFact } from '../../source.ts';
import { extension } from '../ami-event.ts';
import { fact } from '../meanings.ts';
import type { QueueLogLine } from './line.ts';

/** What a line of one event states. */
interface QueueLogMeaning {
  /** Else it is about a member of queues, or about the PBX; the call that it may name is that of a feature code. */
  readonly isOfCall: boolean;
  readonly facts: (line: QueueLogLine) => readonly [StatedFact, ...StatedFact[]];
}

type LineFacts = QueueLogMeaning['facts'];

/** The agent is the name of the member; without one it is the interface, as for the manager interface. */
const agentFact = (kind: Kind, { agent, queue }: QueueLogLine): StatedFact =>
  fact(kind, { actor: agent, queue, number: extension(agent) });
/** A member pauses, for a reason that Asterisk writes only if it was given one. */
const paused: QueueLogMeaning = {
  isOfCall: false,
  facts: (line) => [{ ...agentFact('actor.paused', line), reason: line.data[0] ?? null }],
};
const queueFact = (kind: Kind, { queue }: QueueLogLine): StatedFact => fact(kind, { queue });

const ofCall = (facts: LineFacts): QueueLogMeaning => ({ isOfCall: true, facts });
const ofQueue = (kind: Kind): QueueLogMeaning => ofCall((line) => [queueFact(kind, line)]);
const ofMember = (...[first, ...others]: readonly [Kind, ...Kind[]]): QueueLogMeaning => ({
  isOfCall: false,
  facts: (line) => [agentFact(first, line), ...others.map((kind) => agentFact(kind, line))],
});

const joined = ofCall(({ queue, data: [, caller = ''] }) => [
  fact('call.waiting', { queue, theirNumber: caller === '' || caller === '<unknown>' ? null : caller }),
]);
const connected = ofCall((line) => [agentFact('actor.entered', line), queueFact('call.ongoing', line)]);
/** Caller or agent hung up. Almost always that is the end of the call: no line says so. */
const completed = ofCall((line) => [agentFact('actor.left', line), fact('call.finished', {})]);
const abandoned = ofCall((line) => [queueFact('call.queue-abandon', line), fact('call.finished', {})]);
/** The caller goes on to somebody; that the call ends is in no line. */
const transferred = ofCall((line) => [agentFact('actor.left', line)]);
/** The line is of the end of the ring. The facts of one line have one time, so the ring is as short as that. */
const missed = ofCall((line) => [agentFact('actor.ringing', line), agentFact('actor.noanswer', line)]);
const added: QueueLogMeaning = {
  isOfCall: false,
  facts: (line) => [
    agentFact('actor.logged-in', line),
    ...(line.data[0] === 'PAUSED' ? [agentFact('actor.paused', line)] : []),
  ],
};
/** What changes nothing. */
const detailOfCall = ofCall(({ agent, queue }) => [fact('system.detail', { actor: agent, queue })]);
const detail: QueueLogMeaning = { isOfCall: false, facts: detailOfCall.facts };
const dialled = ofCall(({ data: [number = ''] }) => [
  fact('system.detail', { ourNumber: number === '' ? null : number }),
]);

/** By the event, of Asterisk 1.8 to 22. An event without a meaning here is stored, and changes nothing. */
export const queueLogMeanings: ReadonlyMap<string, QueueLogMeaning> = new Map(
  Object.entries({
    ENTERQUEUE: joined,
    CONNECT: connected,
    COMPLETEAGENT: completed,
    COMPLETECALLER: completed,
    ABANDON: abandoned,
    EXITWITHTIMEOUT: ofQueue('call.queue-timeout'),
    EXITEMPTY: ofQueue('call.queue-emptied'),
    EXITWITHKEY: ofQueue('call.queue-left'),
    WITHDRAW: ofQueue('call.queue-withdrawn'),
    RINGNOANSWER: missed,
    // The other ways of an agent to ring in vain have no line, so this one would count some of them only.
    RINGCANCELED: detailOfCall,
    TRANSFER: transferred,
    BLINDTRANSFER: transferred,
    ATTENDEDTRANSFER: transferred,
    AGENTDUMP: detailOfCall,
    DID: dialled,
    INFO: detailOfCall,

    ADDMEMBER: added,
    REMOVEMEMBER: ofMember('actor.logged-out'),
    PAUSE: paused,
    PAUSEALL: paused,
    UNPAUSE: ofMember('actor.unpaused'),
    UNPAUSEALL: ofMember('actor.unpaused'),
    AGENTLOGIN: ofMember('actor.logged-in'),
    AGENTCALLBACKLOGIN: ofMember('actor.logged-in'),
    AGENTLOGOFF: ofMember('actor.logged-out'),
    AGENTCALLBACKLOGOFF: ofMember('actor.logged-out'),

    PENALTY: detail,
    RINGINUSE: detail,
    CONFIGRELOAD: detail,
    QUEUESTART: detail,
    SYSCOMPAT: detail,
  } satisfies Record<string, QueueLogMeaning>),
);
