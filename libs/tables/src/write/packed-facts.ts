import { textArray } from './row-text.ts';
import type { StatementResult, Statement } from '../connection/pipeline.ts';

/** Reads the packed facts that the tables have of these calls. */
export const readPackedFacts = (callIds: readonly string[]): Statement => ({
  name: 'read-packed-facts',
  text: 'select call_id, facts from calls where call_id = any($1::text[])',
  values: [textArray(callIds)],
});

/** By call_id. */
export const packedFactsOf = (answer: StatementResult | undefined): Map<string, string> =>
  new Map(answer?.rows.map(([callId, packed]) => [callId ?? '', packed ?? '']));
