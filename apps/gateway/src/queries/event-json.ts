import type { EventRow } from '@callstream/tables';
import { maskBody, maskEvent } from '../access/mask.ts';
import type { Forms } from '../access/scope.ts';
import { openField } from '../open-field.ts';

/** An event in a list or a frame, without its body. */
interface EventMetadata extends Omit<EventRow, 'aggregate_id' | 'type' | 'body' | 'bodyBytes'> {
  /** null: it is about no call. */
  readonly aggregate_id: string | null;
  /** Its own time, ISO 8601; only in exports. */
  readonly at?: string;
}

interface EventBody {
  readonly type: string;
  /** JSON text; null: it is too large for a response. */
  readonly json: string | null;
  /** Length of the whole body, in UTF-8. */
  readonly bytes: number;
}

export interface EventContent {
  readonly metadata: EventMetadata;
  readonly body: EventBody;
}

/** An event as JSON text, as in lists and frames. The body is inserted as text, so that numbers keep their digits. */
export const eventForms: Forms<EventContent, string> = {
  full: (content) => eventJson(fieldsOf(content), bodyOf(content)),
  masked: (content, options) => {
    const body = maskBody(bodyOf(content), { source: content.metadata.source, ...options });
    return eventJson(maskEvent(fieldsOf(content), options), body);
  },
};

const eventJson = (metadata: object, body: string): string => `${openField(metadata, 'event')}${body}}`;

const fieldsOf = ({ metadata, body }: EventContent) =>
  body.json === null ? { ...metadata, body_bytes: body.bytes } : metadata;

/** Of an event that is too large, only what it is about. */
const bodyOf = ({ metadata, body }: EventContent): string =>
  body.json ?? JSON.stringify({ type: body.type, call_id: metadata.aggregate_id });
