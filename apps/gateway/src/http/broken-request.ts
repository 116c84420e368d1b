import { answerBrokenRequests } from '@callstream/runtime';
import type { AddressOf } from '@callstream/runtime';
import type { ReportRefusedClient } from '../access/report-refusal.ts';
import { answerOf } from './problem.ts';

/**
 * Answers a request that Node could not read. Headers that are too large are reported, because they may be a token; browsers
 * open connections that they do not use, so time-outs are not.
 */
export const answerBrokenRequest = (
  addressOf: AddressOf,
  reportRefusal: ReportRefusedClient,
): ReturnType<typeof answerBrokenRequests> =>
  answerBrokenRequests(addressOf, (kind, address) => {
    if (kind === 'head-too-large') reportRefusal({ reason: kind, address });
    const { status, problem } = answerOf(
      kind === 'malformed' ? { kind, problem: 'The request is not valid HTTP/1.1.' } : { kind },
    );
    return { status, body: JSON.stringify(problem) };
  });
