/** Every type that the provider documents, in the order that decides between events of the same millisecond. */
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
] as const;

export type Kind = (typeof kinds)[number];

const ranks = new Map<string, number>(kinds.map((kind, rank) => [kind, rank]));
const spellings = new Map([['call.on-going', 'call.ongoing']]);

/** Rank of a kind; −1 if it is not known. Ranks 0 to 4 are the five states of a call. */
export const rankOf = (kind: string): number => ranks.get(kind) ?? -1;

/** The documented spelling of a type, where a variant of it was seen in the wild; any other type as it is. */
export function kindOf(type: string): string {
  if (ranks.has(type)) return type;
  const spelled = spellings.get(type) ?? type.replaceAll('_', '-');
  return ranks.has(spelled) ? spelled : type;
}

/** The state of a call by the rank of the event that set it. −1: nothing is known but that the call exists. */
const states = ['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED'] as const;
export type CallState = (typeof states)[number];
export const finishedRank = 4;
export const stateOf = (rank: number): CallState => states[rank] ?? 'NEW';
export const callStates: readonly CallState[] = states;
