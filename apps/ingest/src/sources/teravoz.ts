import type { SenderAuthentication } from '../admission/credentials.ts';
import { checkMediaType } from '../webhook/body.ts';
import { utf8Bytes } from '../webhook/send-json.ts';
import type { AnswerBytes } from '../webhook/send-json.ts';
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

const byteOrderMarkBytes = 3;
const hasByteOrderMark = (value: Buffer): boolean => value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf;
/** From this length on, in bytes, a body is not made a text. */
const largeBytes = 64 * 1024;

/** The answer has the body byte for byte, without its byte order mark. */
function accepted({ uuid, callId, value }: StoredEvent): AnswerBytes {
  const event = hasByteOrderMark(value) ? value.subarray(byteOrderMarkBytes) : value;
  const begin = `{"status":"ok","data":{"uuid":"${uuid}","aggregate_id":${utf8Bytes(JSON.stringify(callId))},"event":`;
  return event.length < largeBytes ? `${begin}${event.toString('latin1')}}}` : [begin, event, '}}'];
}
