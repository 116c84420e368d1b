/** An event of the manager interface (AMI): its fields, by the names that Asterisk gives them. */
export interface AmiEvent {
  readonly name: string;
  /** A field; null if it is absent, empty, `<unknown>`, or no text. */
  readonly field: (name: string) => string | null;
  /** The header `hints` of the record. */
  readonly hints: AsteriskHints;
}

export const hintedDirections = ['inbound', 'outbound', 'internal', 'none'] as const;

/** What a connector knows of the dial plan of its PBX. */
export interface AsteriskHints {
  /** Of a call that begins. `none`: it is no call, e.g. a feature code that an agent dials. */
  readonly direction?: (typeof hintedDirections)[number];
  /** The queue that did not let a caller in. Asterisk does not name it. */
  readonly queue?: string;
  /** The record is of the past: it was imported, and is no news for the live board. */
  readonly imported?: true;
}

/** @param valueOf what the event has in the field of this name */
export const amiEvent = (valueOf: (name: string) => unknown, hints: AsteriskHints = {}): AmiEvent => ({
  name: textOf(valueOf('Event')) ?? '',
  field: (name) => textOf(valueOf(name)),
  hints,
});

const textOf = (value: unknown): string | null =>
  typeof value !== 'string' || value === '' || value === '<unknown>' ? null : value;

/** Several fields, of which the first that has a value counts. */
const firstOf =
  (...names: readonly string[]) =>
  ({ field }: AmiEvent): string | null => {
    for (const name of names) {
      const value = field(name);
      if (value !== null) return value;
    }
    return null;
  };

/** The call. Never the Uniqueid, which names a channel: one call has many. */
export const linkedidOf = firstOf('Linkedid', 'DestLinkedid', 'TransfereeLinkedid', 'OrigTransfererLinkedid');

/** The agent. Lists of members (`QueueMember`) have other names for both fields. */
export const agentOf = firstOf('MemberName', 'Name', 'Interface', 'Location');

/** The extension of an agent, from the interface: `PJSIP/200` → `200`, `Local/203@from-queue/n` → `203`. */
export const extensionOf = (event: AmiEvent): string | null => extension(interfaceOf(event));
const interfaceOf = firstOf('Interface', 'Location');

/** The extension of the phone that a channel belongs to: `PJSIP/202-00000014`, `Local/203@from-queue-0000001c;1`. */
export const extensionOfChannel = (channel: string | null): string | null =>
  extension(channel?.replace(/-[0-9a-f]+(?:;[12])?$/, '') ?? null);

export const extension = (of: string | null): string | null =>
  of === null ? null : (/^[^/]+\/([^@/]+)/.exec(of)?.[1] ?? null);

/** Whether an event is about the channel that the call began with. */
export const isFirstChannel = ({ field }: AmiEvent): boolean =>
  field('Uniqueid') !== null && field('Uniqueid') === field('Linkedid');
