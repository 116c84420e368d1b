import type { ListedEvent, LiveCall } from '@callstream/contracts';

/** Digits that are left of a number, at its end. */
export const shownDigits = 4;
/** Shortest number that is masked, in digits: shorter ones are extensions and services. */
const maskedFromDigits = 5;
const hiddenText = '***';

/** A text with all but the last four digits replaced by `*`, if it has five or more. */
export function maskNumber(text: string): string {
  let left = text.replaceAll(/[^\p{Nd}]/gu, '').length;
  if (left < maskedFromDigits) return text;
  return text.replaceAll(/\p{Nd}/gu, (digit) => (left-- > shownDigits ? '*' : digit));
}

const maskText = (text: string | null | undefined): typeof text => (typeof text === 'string' ? maskNumber(text) : text);

/** Fields of a body that name nobody from outside. Any other is hidden: what we do not know may be personal. */
const shown = new Set([
  ...['type', 'call_id', 'timestamp', 'sid', 'code', 'direction', 'our_number', 'their_number_type'],
  ...['queue', 'actor', 'url', 'ringtime', 'amd_status', 'reason'],
]);
/** Fields that have a number: of a phone, an extension or a queue. */
const numbers = new Set(['their_number', 'number', 'destination', 'to', 'from']);

/** The body of an event for somebody who may not see numbers. */
export const maskBody = (body: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).map(([field, value]) => [field, maskField(field, value)]));

function maskField(field: string, value: unknown): unknown {
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  if (isPlain && shown.has(field)) return value;
  if (numbers.has(field) && (typeof value === 'string' || typeof value === 'number')) return maskNumber(String(value));
  return hiddenText;
}

/**
 * An event for somebody who may not see numbers. The uuid is a hash of the body: who knows all but seven digits of it
 * finds them by trying. So another one stands there, made of the event's place in the log.
 */
export const maskEvent = <Event extends Pick<ListedEvent, 'id' | 'uuid'> & { readonly event: unknown }>(
  event: Event,
): Event => ({
  ...event,
  uuid: `00000000-0000-8000-8000-${event.id.toString(16).padStart(12, '0')}`,
  event: maskBody(event.event as Readonly<Record<string, unknown>>),
});

/** A row of a list for somebody who may not see numbers. */
export const maskRow = <Row extends { readonly their_number: string | null }>(row: Row): Row => ({
  ...row,
  their_number: maskText(row.their_number),
});

/** A call of the board for somebody who may not see numbers. */
export const maskLiveCall = (call: LiveCall): LiveCall => ({
  ...call,
  their_number: maskText(call.their_number) ?? undefined,
  segments: call.segments?.map((segment) => ({ ...segment, number: maskText(segment.number) ?? undefined })),
});
