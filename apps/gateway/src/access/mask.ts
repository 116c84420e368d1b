import type { ListedEvent, LiveCall } from '@callstream/contracts';
import { numberSources } from '@callstream/domain';
import type { FactJson } from '@callstream/domain';
import type { CallDetails } from '@callstream/tables';

/** What a masked form shows nevertheless. */
export interface MaskOptions {
  /** Whether addresses of recordings are shown: they may contain numbers. */
  readonly recordings: boolean;
}

/** Digits at the end of a masked number that stay visible. */
export const shownDigits = 4;
/** Shortest number that is masked, in digits: shorter ones are extensions or services. */
const maskedDigitsMin = 5;
const hiddenText = '***';

/** Replaces all but the last four digits of a text by `*`, if it has five digits or more. */
export function maskNumber(text: string): string {
  let digitsLeft = text.replaceAll(/[^\p{Nd}]/gu, '').length;
  if (digitsLeft < maskedDigitsMin) return text;
  return text.replaceAll(/\p{Nd}/gu, (digit) => (digitsLeft-- > shownDigits ? '*' : digit));
}

/** Both forms of a number. */
export const numberForms = { full: (number: string): string => number, masked: maskNumber };

const maskText = <Text extends string | null | undefined>(text: Text): Text =>
  (typeof text === 'string' ? maskNumber(text) : text) as Text;

/** What of a body a scope with masked numbers sees. Any other field is hidden, because an unknown one may be personal. */
interface BodyFields {
  /** Without personal data. */
  readonly shown: ReadonlySet<string>;
  /** With the number of a phone, an extension or a queue: they are masked. */
  readonly numbers: ReadonlySet<string>;
  /** With the address of a recording. */
  readonly recordings: ReadonlySet<string>;
}

const teravozFields: BodyFields = {
  shown: new Set([
    'type',
    'call_id',
    'timestamp',
    'sid',
    'code',
    'direction',
    'our_number',
    'their_number_type',
    'queue',
    'actor',
    'ringtime',
    'amd_status',
    'reason',
  ]),
  numbers: new Set(['their_number', 'number', 'destination', 'to', 'from']),
  recordings: new Set(['url']),
};

/** Not the names of callers, nor channels and variables, which may have their numbers. */
const asteriskFields: BodyFields = {
  shown: new Set([
    'Event',
    'Timestamp',
    'Privilege',
    'Uniqueid',
    'Linkedid',
    'DestUniqueid',
    'DestLinkedid',
    'Queue',
    'MemberName',
    'Name',
    'Position',
    'OriginalPosition',
    'Count',
    'HoldTime',
    'TalkTime',
    'RingTime',
    'Reason',
    'DialStatus',
    'Result',
    'Paused',
    'PausedReason',
    'Status',
    'Cause',
    'Cause-txt',
    'Variable',
    'CallstreamConnection',
    'CallstreamCount',
    'inferred',
  ]),
  numbers: new Set([
    'CallerIDNum',
    'ConnectedLineNum',
    'DestCallerIDNum',
    'DestConnectedLineNum',
    'Exten',
    'Extension',
    // Of an agent on an outside phone it has the number: Local/5511912345678@from-queue/n.
    'Interface',
    'Location',
  ]),
  recordings: new Set(),
};

const noFields: BodyFields = { shown: new Set(), numbers: new Set(), recordings: new Set() };

/** By source; absent: the default one. The fields of a source that is not listed are hidden. */
const fieldsOf = (source: string | undefined): BodyFields =>
  source === undefined ? teravozFields : source === 'asterisk' ? asteriskFields : noFields;

/** The body of an event for a scope with masked numbers: JSON text of an object, as `json` is. Visible numbers keep their digits. */
export function maskBody(
  json: string,
  { source, recordings }: MaskOptions & { readonly source?: string | undefined },
): string {
  const { shown, numbers, recordings: addresses } = fieldsOf(source);
  const digits = numberSources(json);
  const mask = (field: string, value: unknown): string => {
    const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    const valueDigits = typeof value === 'number' ? digits.get(field) : undefined;
    if (isPlain && (shown.has(field) || (recordings && addresses.has(field))))
      return valueDigits ?? JSON.stringify(value);
    if (numbers.has(field) && (typeof value === 'string' || typeof value === 'number'))
      return JSON.stringify(maskNumber(valueDigits === undefined ? String(value) : withoutExponent(valueDigits)));
    return JSON.stringify(hiddenText);
  };
  const fields = Object.entries(JSON.parse(json) as Readonly<Record<string, unknown>>);
  return `{${fields.map(([field, value]) => `${JSON.stringify(field)}:${mask(field, value)}`).join()}}`;
}

/** An exponent would leave digits uncounted: 55e9 is a number of eleven digits. */
function withoutExponent(digits: string): string {
  if (!/e/i.test(digits)) return digits;
  const number = Number(digits);
  return Number.isFinite(number) ? BigInt(Math.round(number)).toString() : hiddenText;
}

/**
 * An event without its body, for a scope with masked numbers. The uuid is replaced by one made of the event's id: the real one is
 * a hash of the body, so a client that knows the body but for seven digits could find them by brute force.
 */
export const maskEvent = <Event extends MaskableEvent>(event: Event, { recordings }: MaskOptions): Event => ({
  ...event,
  uuid: `00000000-0000-8000-8000-${event.id.toString(16).padStart(12, '0')}`,
  facts: event.facts?.map((fact) => maskFact(fact, recordings)),
});

interface MaskableEvent extends Pick<ListedEvent, 'id' | 'uuid'> {
  readonly facts?: readonly FactJson[] | undefined;
}

const maskFact = (fact: FactJson, recordings: boolean): FactJson => ({
  ...fact,
  url: recordings ? fact.url : undefined,
  number: maskText(fact.number),
  destination: maskText(fact.destination),
  their_number: maskText(fact.their_number),
});

/** A row of a list for a scope with masked numbers. */
export const maskRow = <Row extends MaskableRow>(row: Row, { recordings }: MaskOptions): Row => ({
  ...row,
  their_number: maskText(row.their_number),
  ...('recording_url' in row && !recordings && { recording_url: null }),
});

interface MaskableRow {
  readonly their_number: string | null;
  readonly recording_url?: string | null;
}

/** A call with its agents and segments for a scope with masked numbers. */
export const maskDetails = (call: CallDetails, options: MaskOptions): CallDetails => ({
  ...maskRow(call, options),
  segments: call.segments.map(maskAgentNumber),
  agents: call.agents.map(maskAgentNumber),
});

/** A row with the number of an agent for a scope with masked numbers. */
export const maskAgentNumber = <Row extends { readonly number: string | null }>(row: Row): Row => ({
  ...row,
  number: maskText(row.number),
});

/** A call of the board for a scope with masked numbers. */
export const maskLiveCall = (call: LiveCall, { recordings }: MaskOptions): LiveCall => ({
  ...call,
  recording_url: recordings ? call.recording_url : undefined,
  their_number: maskText(call.their_number) ?? undefined,
  segments: call.segments?.map((segment) => ({ ...segment, number: maskText(segment.number) ?? undefined })),
});
