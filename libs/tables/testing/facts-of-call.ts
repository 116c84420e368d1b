import { factSet, factsOf } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import type { CallFacts } from '../src/rebuild/copy-calls.ts';

/** The facts of the call that all of `events` name. */
export const factsOfCall = (events: readonly CallEvent[]): CallFacts => ({
  callId: events[0]?.callId ?? '',
  facts: factSet(events.flatMap(factsOf)),
});
