import { createDialplanJudge, defaultDialplan, parseQueueContext } from '@callstream/domain';
import type { DialplanJudge } from '@callstream/domain';

export interface DialplanOptions {
  readonly incomingContext?: readonly string[];
  readonly extension?: readonly string[];
  /** `context=queue` each. */
  readonly queueContext?: readonly string[];
}

/** What is given replaces the default. @throws {Error} if a pattern or a context cannot be read */
export const judgeOf = ({ incomingContext, extension, queueContext }: DialplanOptions): DialplanJudge =>
  createDialplanJudge({
    incomingContexts: incomingContext ?? defaultDialplan.incomingContexts,
    featureCodes: defaultDialplan.featureCodes,
    extensions: extension ?? defaultDialplan.extensions,
    queueContexts: queueContext ? Object.fromEntries(queueContext.map(contextAndQueue)) : defaultDialplan.queueContexts,
  });

function contextAndQueue(text: string): readonly [string, string | null] {
  const parsed = parseQueueContext(text);
  if (parsed === null)
    throw new Error(`--queue-context ${text}: expected a context and its queue, e.g. q-sales=sales.`);
  return parsed;
}
