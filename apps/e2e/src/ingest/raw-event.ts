// Events of the log, read without code of the domain, so that a recount cannot share its mistakes.

/** An event of the log, not decoded. */
export interface RawEvent {
  /** null for an event without a call. */
  readonly callId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  /** ms since 1970; the event's time if it has no timestamp. */
  readonly receivedAt: number;
}

/** What a recount reads of an event. */
export interface RecountFact {
  readonly type: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly queue: string | null;
  readonly actor: string | null;
  readonly destination: string | null;
  readonly direction: string | null;
  readonly namesNumber: boolean;
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;

/** ms since 1970; null if it cannot be read. */
export function timeOf(value: unknown): number | null {
  const text = textOf(value) ?? '';
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{13}$/.test(text)) return Number(text);
  const ms = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : Math.trunc(ms);
}

export const factOf = ({ body, receivedAt }: RawEvent): RecountFact => ({
  type: String(body['type']).replaceAll('_', '-').replace('on-going', 'ongoing'),
  at: timeOf(body['timestamp']) ?? receivedAt,
  receivedAt,
  queue: textOf(body['queue']),
  actor: textOf(body['actor']),
  destination: textOf(body['destination']),
  direction: textOf(body['direction']),
  namesNumber: textOf(body['our_number']) !== null || textOf(body['their_number']) !== null,
});
