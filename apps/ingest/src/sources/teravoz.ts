import type { SenderAuthentication } from '../admission/credentials.ts';
import { checkMediaType } from '../webhook/body.ts';
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

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The answer has the body byte for byte, without its byte order mark. */
function accepted({ uuid, callId, value }: StoredEvent): Buffer {
  const event = value.subarray(0, 3).equals(byteOrderMark) ? value.subarray(3) : value;
  const start = `{"status":"ok","data":{"uuid":"${uuid}","aggregate_id":${JSON.stringify(callId)},"event":`;
  return Buffer.concat([Buffer.from(start), event, Buffer.from('}}')]);
}
