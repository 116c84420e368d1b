import { partitionsMax } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { answerBytesMax } from '@callstream/tables';
import { eventJson } from '../queries/event-json.ts';
import type { OutgoingFrame } from '../outbox/frame.ts';
import type { Sized } from '../outbox/unsent-budget.ts';

/** Bytes of an event but for its body; about. */
const factsBytes = 512;

/** An event of a call that somebody watches, and its frames, which all who watch it share. */
export class LiveEvent implements Sized {
  readonly uuid: string;
  readonly byteLength: number;
  readonly #topic: string;
  readonly #event: Pick<CallEvent, 'id' | 'uuid' | 'receivedAt' | 'type' | 'json' | 'omitted'>;
  readonly #callId: string;
  readonly #bodyBytes: number;
  readonly #frames = new Map<boolean, OutgoingFrame>();

  constructor(topic: string, callId: string, { id, uuid, receivedAt, type, json, omitted }: CallEvent) {
    this.uuid = uuid;
    this.#topic = topic;
    this.#callId = callId;
    // Not the event itself: its body as an object is many times larger.
    this.#event = { id, uuid, receivedAt, type, json, omitted };
    this.#bodyBytes = Buffer.byteLength(json);
    this.byteLength = factsBytes + this.#bodyBytes;
  }

  /** The `CallEventAdded` that tells it. */
  frame(masked: boolean): OutgoingFrame {
    const known = this.#frames.get(masked);
    if (known) return known;
    const { id, receivedAt, type, json, uuid, omitted } = this.#event;
    const facts = {
      ...{ id, aggregate_id: this.#callId, uuid, received_at: new Date(receivedAt).toISOString() },
      ...{ deliveries: 1, omitted, topic: this.#topic },
      ...{ partition: id % partitionsMax, offset: Math.floor(id / partitionsMax) },
    };
    const bytes = this.#bodyBytes;
    const body = { type, json: bytes > answerBytesMax ? null : json, bytes };
    const data = `{"call_id":${JSON.stringify(this.#callId)},"event":${eventJson(facts, body, { masked })}}`;
    const frame = [Buffer.from(`{"event":"CallEventAdded","data":${data}}`)];
    this.#frames.set(masked, frame);
    return frame;
  }
}
