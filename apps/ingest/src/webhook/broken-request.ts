import { answerBrokenRequests } from '@callstream/runtime';
import type { SenderAddresses } from '../admission/sender-addresses.ts';
import { answerOf } from '../problem.ts';
import type { WebhookRejection } from '../problem.ts';
import type { ReportRefusal } from './report-refusal.ts';

/** Answers and reports a request that Node could not read. */
export const answerBrokenRequest = (
  reportRefusal: ReportRefusal,
  { addressOf }: Pick<SenderAddresses, 'addressOf'>,
): ReturnType<typeof answerBrokenRequests> =>
  answerBrokenRequests(addressOf, (kind, address) => {
    const rejection: WebhookRejection =
      kind === 'malformed' ? { kind, problem: 'The request is not valid HTTP/1.1.' } : { kind };
    const { status, problem } = answerOf(rejection);
    reportRefusal(rejection, { status, address });
    return { status, body: JSON.stringify(problem) };
  });
