import { hintsHeader, queueLogLinesMax } from '@callstream/contracts';
import type { SenderAuthentication } from '../admission/credentials.ts';
import { WebhookRejected } from '../problem.ts';
import { checkBatchMediaType, isNdjson } from '../webhook/body.ts';
import { utf8Bytes } from '../webhook/send-json.ts';
import type { SourceEdge } from './edge.ts';

/**
 * A connector posts each event of the manager interface (AMI) alone, as a JSON object; lines of a queue_log may come in batches, an
 * object on each line (NDJSON), with the same hints.
 */
export const asteriskEdge = (authentication: SenderAuthentication): SourceEdge => ({
  source: 'asterisk',
  path: '/from/asterisk',
  hasNames: true,
  authentication,
  checkMediaType: checkBatchMediaType,
  hints: (headers) => (headers[hintsHeader] as string | undefined) ?? null,
  contentType: 'application/json',
  split: (body, headers) => (isNdjson(headers['content-type']) ? linesOf(body) : [body]),
  answer: ([first, ...others]) => {
    const data = others.length === 0 ? { uuid: first.uuid, aggregate_id: first.callId } : { stored: others.length + 1 };
    return utf8Bytes(JSON.stringify({ status: 'ok', data }));
  },
});

const lineFeed = 0x0a;

/** Without empty lines; a body without a line is no event, as its parser says. @throws {WebhookRejected} if there are too many */
function linesOf(body: Buffer): readonly [Buffer, ...Buffer[]] {
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length;) {
    const found = body.indexOf(lineFeed, start);
    const end = found === -1 ? body.length : found;
    if (end > start) lines.push(body.subarray(start, end));
    if (lines.length > queueLogLinesMax)
      throw new WebhookRejected({ kind: 'too-large', problem: `The batch has more than ${queueLogLinesMax} lines.` });
    start = end + 1;
  }
  const [first = body, ...others] = lines;
  return [first, ...others];
}
