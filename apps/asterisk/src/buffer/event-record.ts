import { crc32 } from 'node:zlib';
import { parseEvent } from '@callstream/domain';
import type { DialplanJudge, Kind } from '@callstream/domain';
import type { SpoolItem } from '@callstream/spool';
import type { AmiMessage } from '../ami/read-messages.ts';
import { allowedFields } from './allowed-events.ts';

/** Events of one lane are posted in their order, one at a time. Those of a call, or else of an agent, are in one lane. */
export const lanes = 32;

/** Name of the source, which the records in the buffer have as their topic. */
const source = 'asterisk';

/** Names an event without a time of its own: one of many that are equal byte for byte. */
export interface EventCounter {
  /** New with each connection. */
  readonly connection: string;
  readonly next: () => number;
}

export interface AmiRecord extends SpoolItem {
  /** It does not name the call or the agent that it is about. */
  readonly isIncomplete: boolean;
}

/** The record of an event in the buffer: the body to post, and what the connector knows of the dial plan. */
export function eventRecord(event: AmiMessage, judge: DialplanJudge, counter: EventCounter): AmiRecord {
  const fields = Object.fromEntries(allowedFields(event));
  const stated = parse(JSON.stringify(fields));
  const isCounted = stated !== null && !stated.isTimed;
  const body = Buffer.from(
    JSON.stringify(
      isCounted
        ? Object.assign(fields, { CallstreamConnection: counter.connection, CallstreamCount: counter.next() })
        : fields,
    ),
  );
  const hints = judge(body);
  const key = stated?.callId ?? stated?.actor ?? '';
  return {
    topic: source,
    partition: crc32(key) % lanes,
    key,
    value: body,
    headers: hints === null ? {} : { hints: ascii(hints) },
    bytes: body.length + key.length + recordOverheadBytes,
    isIncomplete: stated?.kind === ('system.incomplete' satisfies Kind),
  };
}

/** Approximate size of a record besides body and key, in bytes. */
const recordOverheadBytes = 200;

/** Null of what is no event of a PBX: ingest says why, and it is quarantined. */
function parse(json: string) {
  const parsed = parseEvent(Buffer.from(json), { source, sourceName: null });
  return 'problem' in parsed ? null : parsed.event;
}

/** JSON in ASCII, because it is sent in a header. */
const ascii = (json: string): string =>
  json.replaceAll(/[^\x20-\x7e]/g, (unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0'));
