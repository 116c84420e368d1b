/** What became of our answer to a `call.standby`; only the source `delegator` states it. */
export const delegationKinds = [
  'delegation.sent',
  'delegation.failed',
  'delegation.late',
  'delegation.unknown',
] as const;

export type DelegationKind = (typeof delegationKinds)[number];

/**
 * Every kind of fact: the event types that Teravoz documents, then those that only other sources state. `call.queue-full` and
 * `call.queue-empty`: not let into a queue. `call.queue-left`: left it, and another fact says why, or it was by a key.
 * `peer.*`: about the phone with a number, if its agent is not named. `system.detail` and
 * `delegation.*` (what became of our answer to a `call.standby`, by the source `delegator`): change nothing.
 * `system.incomplete`: changes nothing either, because it does not name the call or the agent that its event is about.
 */
export const kinds = [
  'call.new',
  'call.standby',
  'call.waiting',
  'call.ongoing',
  'call.finished',
  'call.overflow',
  'call.follow-me',
  'call.queue-abandon',
  'call.recording-available',
  'call.data-provided',
  'call.cpf-provided',
  'call.cnpj-provided',
  'called.attended-transfer-request',
  'service.command',
  'peer.ringing',
  'dialer.attempt',
  'dialer.success',
  'dialer.failure',
  'dialer.expired',
  'dialer.exceeded',
  'actor.logged-in',
  'actor.unpaused',
  'actor.ringing',
  'actor.noanswer',
  'actor.entered',
  'actor.left',
  'actor.paused',
  'actor.logged-out',
  'call.queue-full',
  'call.queue-empty',
  'call.queue-left',
  'call.queue-timeout',
  'call.queue-emptied',
  'call.queue-withdrawn',
  'peer.answered',
  'peer.cancelled',
  'peer.left',
  'system.detail',
  'system.incomplete',
  ...delegationKinds,
] as const;

export type Kind = (typeof kinds)[number];

/** Kinds about what an agent does outside of calls. */
export const presenceKinds = [
  'actor.logged-in',
  'actor.logged-out',
  'actor.paused',
  'actor.unpaused',
] as const satisfies Kind[];

const presence = new Set<string>(presenceKinds);
/** Whether a fact is about the presence of an agent: of these, the table `agents` keeps the latest. */
export const isPresenceFact = ({ kind, actor }: { readonly kind: string; readonly actor: string | null }): boolean =>
  actor !== null && presence.has(kind);

const known = new Set<string>(kinds);
const spellings = new Map([['call.on-going', 'call.ongoing']]);

const delegation = new Set<string>(delegationKinds);
export const isDelegationKind = (type: string): type is DelegationKind => delegation.has(type);

/** Whether a type is documented in this spelling. */
export const isKind = (type: string): type is Kind => known.has(type);

/** The documented spelling of a type. Providers send variants of some; a type that is not known stays as it is. */
export function kindOf(type: string): string {
  if (known.has(type)) return type;
  const spelled = spellings.get(type) ?? type.replaceAll('_', '-');
  return known.has(spelled) ? spelled : type;
}

export const callStates = ['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED'] as const;
export type CallState = (typeof callStates)[number];
