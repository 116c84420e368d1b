import { factSet, play, union } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { collectFacts } from '../write/event-batch.ts';
import { packFacts } from '../facts/pack-facts.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';
import type { ChangedCall } from '../write/fold-calls.ts';
import { sendPipelined } from '../connection/pipeline.ts';
import { writeCalls } from '../write/write-calls.ts';

/** A call and its facts, in one packed text or several. */
export interface PackedCall {
  readonly callId: string;
  readonly parts: readonly string[];
}

/** Calls that are played and written at a time. */
const callsPerWrite = 1_000;

/** Copies calls with their visits and segments, none of which is there. */
export async function copyCalls(client: ClientBase, calls: Iterable<PackedCall>): Promise<void> {
  let some: ChangedCall[] = [];
  const write = async (): Promise<void> => {
    await sendPipelined(client, writeCalls(some, true));
    some = [];
  };
  for (const call of calls) {
    some.push(newCall(call));
    if (some.length === callsPerWrite) await write();
  }
  if (some.length > 0) await write();
}

function newCall({ callId, parts }: PackedCall): ChangedCall {
  const facts = parts.map(unpackFacts).reduce(union);
  const [packed = ''] = parts;
  return { call: play(callId, facts), packed: parts.length === 1 ? packed : packFacts(facts), before: undefined };
}

/**
 * Facts that are objects at a time, at most, of events of up to 1 kB; a longer event counts as several. Packed facts take a
 * tenth of the memory, but a call whose facts are packed in several parts takes twice the time.
 */
const factsMax = 16_384;
const eventLengthMin = 1_024;

/** Collects the facts of many events, call by call. */
export function collectCalls() {
  const calls = new Map<string, string[]>();
  let facts = collectFacts();
  let count = 0;
  const pack = (): void => {
    for (const [callId, some] of facts.byCall) {
      const part = packFacts(factSet(some));
      const parts = calls.get(callId);
      if (parts) parts.push(part);
      else calls.set(callId, [part]);
    }
    facts = collectFacts();
    count = 0;
  };
  return {
    add: (event: CallEvent): void => {
      facts.add(event);
      count += Math.ceil(event.json.length / eventLengthMin);
      if (count >= factsMax) pack();
    },
    *calls(): Generator<PackedCall> {
      pack();
      for (const [callId, parts] of calls) yield { callId, parts };
    },
  };
}
