import type { Call, Facts } from '@callstream/domain';

/** What the tables have of a call. */
export interface KnownCall {
  readonly facts: Facts;
  /** As the facts are played. */
  readonly call: Call;
  /** Of the packed facts: with `call.lastId`, it tells whether the tables still have these facts. */
  readonly bytes: number;
}

/**
 * Calls as they were written last, so that a batch need not read back those of the batch before. It may be behind the tables: whoever
 * writes a call makes sure that it is still as it was known.
 */
export interface CallCache {
  readonly get: (callId: string) => KnownCall | undefined;
  readonly put: (calls: Iterable<KnownCall>) => void;
  readonly clear: () => void;
}

/** Facts that are kept, at most: at about 300 bytes each, some 20 MB. Those of the calls that changed longest ago go first. */
const factsMax = 65_536;

export function createCallCache(max = factsMax): CallCache {
  const known = new Map<string, KnownCall>();
  let facts = 0;
  const remove = (callId: string): void => {
    facts -= known.get(callId)?.facts.length ?? 0;
    known.delete(callId);
  };
  return {
    get: (callId) => known.get(callId),
    put: (calls) => {
      for (const { facts: of, call, bytes } of calls) {
        remove(call.callId);
        known.set(call.callId, { facts: of, call, bytes });
        facts += of.length;
      }
      for (const callId of known.keys()) {
        if (facts <= max) break;
        remove(callId);
      }
    },
    clear: () => {
      known.clear();
      facts = 0;
    },
  };
}
