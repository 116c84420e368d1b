import type { SenderAuthentication } from '../admission/credentials.ts';
import { checkMediaType } from '../webhook/body.ts';
import { utf8Bytes } from '../webhook/send-json.ts';
import type { SourceEdge, StoredEvent } from './edge.ts';

/** Teravoz posts each event alone, as a JSON object. */
export const teravozEdge = (authentication: SenderAuthentication): SourceEdge => ({
  source: null,
  path: '/webhook',
  hasNames: false,
  authentication,
  checkMediaType,
  hints: () => null,
  contentType: 'application/json',
  split: (body) => [body],
  answer: ([event]) => accepted(event),
});

/** As bytes. */
const byteOrderMark = '\xef\xbb\xbf';

/** The answer has the body byte for byte, without its byte order mark. */
function accepted({ uuid, callId, value }: StoredEvent): string {
  const text = value.toString('latin1');
  const event = text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
  return `{"status":"ok","data":{"uuid":"${uuid}","aggregate_id":${utf8Bytes(JSON.stringify(callId))},"event":${event}}}`;
}
