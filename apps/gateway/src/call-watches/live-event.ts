import { offsetOf, partitionOf } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { responseBytesMax } from '@callstream/tables';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { Sized } from '../outbox/unsent-budget.ts';
import { eventJson } from '../queries/event-json.ts';

/** Size of an event without its body, in bytes; about. */
const metadataBytes = 512;

/** A new event of a watched call, with its frames, which all clients that watch the call share. */
export class LiveEvent implements Sized {
  readonly uuid: string;
  readonly byteLength: number;
  readonly #topic: string;
  readonly #event: Pick<CallEvent, 'id' | 'uuid' | 'receivedAt' | 'type' | 'json' | 'omitted'>;
  readonly #callId: string;
  readonly #bodyBytes: number;
  /** By whether phone numbers are masked. */
  readonly #frames = new Map<boolean, OutgoingFrame>();

  constructor(topic: string, callId: string, { id, uuid, receivedAt, type, json, omitted }: CallEvent) {
    this.uuid = uuid;
    this.#topic = topic;
    this.#callId = callId;
    // Not the event itself: its body as an object is many times larger.
    this.#event = { id, uuid, receivedAt, type, json, omitted };
    this.#bodyBytes = Buffer.byteLength(json);
    this.byteLength = metadataBytes + this.#bodyBytes;
  }

  /** The frame `CallEventAdded`. */
  frame(masked: boolean): OutgoingFrame {
    const known = this.#frames.get(masked);
    if (known) return known;
    const frame = [Buffer.from(`{"event":"CallEventAdded","data":${this.#dataJson(masked)}}`)];
    this.#frames.set(masked, frame);
    return frame;
  }

  #dataJson(masked: boolean): string {
    const { id, receivedAt, type, json, uuid, omitted } = this.#event;
    const metadata = {
      id,
      aggregate_id: this.#callId,
      uuid,
      received_at: new Date(receivedAt).toISOString(),
      deliveries: 1,
      omitted,
      topic: this.#topic,
      partition: partitionOf(id),
      offset: offsetOf(id),
    };
    const bytes = this.#bodyBytes;
    const body = { type, json: bytes > responseBytesMax ? null : json, bytes };
    return `{"call_id":${JSON.stringify(this.#callId)},"event":${eventJson(metadata, body, { masked })}}`;
  }
}
