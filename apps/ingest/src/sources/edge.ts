import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Origin } from '@callstream/domain';
import type { AnswerBytes } from '../webhook/send-json.ts';
import type { SenderAuthentication } from '../admission/credentials.ts';

/** An event of a request that is stored. */
export interface StoredEvent {
  readonly uuid: string;
  /** With the name of the instance; null if the event names no call. */
  readonly callId: string | null;
  /** Byte for byte. */
  readonly value: Buffer;
}

/** How one source sends its events over HTTP: what differs from source to source before an event is a record. */
export interface SourceEdge {
  /** Header `source` of its records; null: the default source. */
  readonly source: Origin['source'];
  /** Where it posts to; the name of an instance, if it may have one, and a secret may follow. */
  readonly path: string;
  /** Whether there may be several instances of it, named in the path. */
  readonly hasNames: boolean;
  readonly authentication: SenderAuthentication;
  /** @throws {WebhookRejected} if it does not send such bodies */
  readonly checkMediaType: (request: Pick<IncomingMessage, 'headers'>) => void;
  /** Header `hints` of its records, from the headers of a request; null: none. */
  readonly hints: (headers: IncomingHttpHeaders) => string | null;
  /** Header `content-type` of its records. */
  readonly contentType: string;
  /** The values of the events of a body. If one of them is not an event, none is stored. @throws {WebhookRejected} if there are too many */
  readonly split: (body: Buffer, headers: IncomingHttpHeaders) => readonly [Buffer, ...Buffer[]];
  /** The body of a 200, as JSON, once all events are stored. */
  readonly answer: (events: readonly [StoredEvent, ...StoredEvent[]]) => AnswerBytes;
}
