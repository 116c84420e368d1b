import { hintsHeader } from '@callstream/contracts';
import type { SenderAuthentication } from '../admission/credentials.ts';
import { checkMediaType } from '../webhook/body.ts';
import type { SourceEdge } from './edge.ts';

/** A connector posts each event of the manager interface (AMI) alone, as a JSON object. */
export const asteriskEdge = (authentication: SenderAuthentication): SourceEdge => ({
  source: 'asterisk',
  path: '/from/asterisk',
  hasNames: true,
  authentication,
  checkMediaType,
  hints: (headers) => (headers[hintsHeader] as string | undefined) ?? null,
  contentType: 'application/json',
  split: (body) => [body],
  answer: ([{ uuid, callId }]) => Buffer.from(JSON.stringify({ status: 'ok', data: { uuid, aggregate_id: callId } })),
});
