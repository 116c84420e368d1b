// Unknown types and clocks, counted from the events of the log. Slow and simple, and without code of the domain or SQL.
import { factOf, timeOf } from './raw-event.ts';
import type { RawEvent } from './raw-event.ts';

/** Every type that the provider documents, with `-` for `_`. */
const documentedTypes = [
  ...['new', 'standby', 'waiting', 'ongoing', 'finished', 'overflow', 'follow-me', 'queue-abandon'].map(
    (name) => `call.${name}`,
  ),
  ...['recording-available', 'data-provided', 'cpf-provided', 'cnpj-provided'].map((name) => `call.${name}`),
  ...['logged-in', 'unpaused', 'ringing', 'noanswer', 'entered', 'left', 'paused', 'logged-out'].map(
    (name) => `actor.${name}`,
  ),
  ...['attempt', 'success', 'failure', 'expired', 'exceeded'].map((name) => `dialer.${name}`),
  ...['called.attended-transfer-request', 'service.command', 'peer.ringing'],
];

interface UnknownTypeRecount {
  events: number;
  last: number;
}

/** The events of undocumented types since a time (ms since 1970), by type as sent. Each event is in `events` once. */
export function recountUnknownTypes(events: readonly RawEvent[], since: number): Record<string, UnknownTypeRecount> {
  const counts: Record<string, UnknownTypeRecount> = {};
  for (const event of events) {
    const { type, at } = factOf(event);
    if (documentedTypes.includes(type) || at < since) continue;
    const sent = String(event.body['type']);
    const count = (counts[sent] ??= { events: 0, last: -Infinity });
    count.events++;
    count.last = Math.max(count.last, at);
  }
  return counts;
}

/** How many events have a time ahead of their reception, none, or one more than 10 s before it; and all others. */
export function recountClocks(events: readonly RawEvent[]): Record<'ahead' | 'none' | 'late' | 'on_time', number> {
  const counts = { ahead: 0, none: 0, late: 0, on_time: 0 };
  for (const { body, receivedAt } of events) {
    const at = timeOf(body['timestamp']);
    const reading =
      at === null ? 'none' : at - receivedAt > 1_000 ? 'ahead' : receivedAt - at > 10_000 ? 'late' : 'on_time';
    counts[reading]++;
  }
  return counts;
}
