import { decodeRecords } from '@callstream/domain';
import { logEntry } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';

/** A `call.standby`: the provider waits for an answer to where the call goes. Times are in ms since 1970. */
export interface Standby {
  readonly callId: string;
  readonly receivedAt: number;
  /** Its own time; null if it has no usable one. */
  readonly ownAt: number | null;
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
}

/** The standbys among records, one per call. Only those of webhooks without a named instance: the API of the provider knows their ids. */
export function standbysOf(records: readonly LogRecord[]): readonly Standby[] {
  const standbys = new Map<string, Standby>();
  for (const event of decodeRecords(records, logEntry)) {
    const { kind, source, sourceName, callId, receivedAt, ownAt, direction, ourNumber, theirNumber } = event;
    if (kind !== 'call.standby' || source !== null || sourceName !== null || callId === null) continue;
    if (!standbys.has(callId)) standbys.set(callId, { callId, receivedAt, ownAt, direction, ourNumber, theirNumber });
  }
  return [...standbys.values()];
}
