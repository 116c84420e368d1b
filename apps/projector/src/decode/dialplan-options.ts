import { defaultDialplan } from '@callstream/domain';
import type { Dialplan } from '@callstream/domain';

export interface DialplanOptions {
  readonly incomingContext?: readonly string[];
  readonly extension?: readonly string[];
  /** `context=queue` each. */
  readonly queueContext?: readonly string[];
}

/** What is given replaces the default. @throws {Error} if a context names no queue */
export const dialplanOf = ({ incomingContext, extension, queueContext }: DialplanOptions): Dialplan => ({
  incomingContexts: incomingContext ?? defaultDialplan.incomingContexts,
  featureCodes: defaultDialplan.featureCodes,
  extensions: extension ?? defaultDialplan.extensions,
  queueContexts: queueContext ? Object.fromEntries(queueContext.map(contextAndQueue)) : defaultDialplan.queueContexts,
});

function contextAndQueue(text: string): [string, string] {
  const [context = '', queue = ''] = text.split('=');
  if (context === '' || queue === '')
    throw new Error(`--queue-context ${text}: expected a context and its queue, e.g. q-sales=sales.`);
  return [context, queue];
}
