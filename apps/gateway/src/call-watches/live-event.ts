import { factsJson, offsetOf, partitionOf } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { responseBytesMax } from '@callstream/tables';
import { Raw } from '../access/scope.ts';
import type { Forms } from '../access/scope.ts';
import { openField } from '../open-field.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { Sized } from '../outbox/unsent-budget.ts';
import { eventForms } from '../queries/event-json.ts';
import type { EventContent } from '../queries/event-json.ts';

/** Size of an event without its body, in bytes; about. */
const metadataBytes = 512;
/** Size of a fact as JSON, in bytes; about. */
const factBytes = 256;

/** A new event of a watched call, with its frames, which all clients that watch the call share. */
export class LiveEvent implements Sized {
  readonly uuid: string;
  readonly byteLength: number;
  /** `CallEventAdded` */
  readonly frame: Raw<LiveEventContent, OutgoingFrame>;

  constructor(topic: string, callId: string, event: CallEvent) {
    const bodyBytes = Buffer.byteLength(event.json);
    this.uuid = event.uuid;
    this.frame = new Raw({ topic, callId, event, bodyBytes }, frames);
    this.byteLength = metadataBytes + bodyBytes + (event.facts ?? []).length * factBytes;
  }
}

interface LiveEventContent {
  readonly topic: string;
  readonly callId: string;
  readonly event: CallEvent;
  readonly bodyBytes: number;
}

const frames: Forms<LiveEventContent, OutgoingFrame> = {
  full: (content) => frameOf(content, eventForms.full),
  masked: (content, options) => frameOf(content, (event) => eventForms.masked(event, options)),
};

function frameOf(content: LiveEventContent, eventJson: (content: EventContent) => string): OutgoingFrame {
  const { topic, callId, event, bodyBytes: bytes } = content;
  const { id, uuid, receivedAt, type, json, omitted, source, sourceName } = event;
  const metadata = {
    id,
    aggregate_id: callId,
    uuid,
    received_at: new Date(receivedAt).toISOString(),
    deliveries: 1,
    omitted,
    source: source ?? undefined,
    source_name: sourceName ?? undefined,
    facts: factsJson(event) ?? undefined,
    topic,
    partition: partitionOf(id),
    offset: offsetOf(id),
  };
  const listed = eventJson({ metadata, body: { type, json: bytes > responseBytesMax ? null : json, bytes } });
  const begin = `${openField({ event: 'CallEventAdded' }, 'data')}${openField({ call_id: callId }, 'event')}`;
  return [Buffer.from(`${begin}${listed}}}`)];
}
