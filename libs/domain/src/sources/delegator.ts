import { jsonbSafe, parseJsonObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { isDelegationKind } from '../kinds.ts';
import type { DelegationKind } from '../kinds.ts';
import { parseTime } from '../time.ts';
import type { Source } from './source.ts';

/** Value of the record header `source`. */
export const delegatorSourceName = 'delegator';

/** What became of our answer to one `call.standby`. */
export interface DelegationEvent {
  readonly type: DelegationKind;
  readonly callId: string;
  /** The rule that won; null: none was asked, or none holds. */
  readonly rule: string | null;
  readonly destination: string | null;
  /** From the reception of the standby to the end, in ms. */
  readonly latencyMs: number;
  /** Why it was not sent, or is not known; null if it was sent. Without personal data. */
  readonly reason: string | null;
  /** By the clock of the standby's sender, in ms since 1970; null if the standby has no usable time. */
  readonly at: number | null;
}

/** The value of the record. It has the time of the standby's sender, so that it stands behind the standby in every order by time. */
export const delegationBody = ({ type, callId, rule, destination, latencyMs, reason, at }: DelegationEvent): string =>
  JSON.stringify({
    type,
    call_id: callId,
    ...(at !== null && { timestamp: new Date(at).toISOString() }),
    ...(rule !== null && { rule }),
    ...(destination !== null && { destination }),
    latency_ms: latencyMs,
    ...(reason !== null && { reason }),
  });

/** Events of our own delegator. They state nothing about the call but that they happened. */
export const delegator: Source = {
  name: delegatorSourceName,
  read: (value) => {
    const read = parseJsonObject(value);
    if ('problem' in read) return read;
    const { object: body, text } = read;
    const type = textOf(body, 'type');
    const callId = textOf(body, 'call_id');
    if (type === null || !isDelegationKind(type)) return { problem: 'The event has no "type" of a delegation.' };
    if (callId === null) return { problem: 'The event has no "call_id".' };
    return {
      type,
      json: jsonbSafe(text),
      callId,
      at: parseTime(body['timestamp']),
      // With the reception: it is computed once per call, and stored before the first attempt to write the record.
      isTimed: false,
      facts: [
        {
          kind: type,
          actor: null,
          queue: null,
          code: null,
          number: null,
          destination: textOf(body, 'destination'),
          url: null,
          direction: null,
          ourNumber: null,
          theirNumber: null,
          theirNumberType: null,
          reason: null,
        },
      ],
      omitted: null,
    };
  },
};

function textOf(body: JsonObject, field: string): string | null {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : null;
}
