import { collectFacts, factSet, play, union } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import type { ClientBase } from 'pg';
import { sendPipelined } from '../connection/pipeline.ts';
import { packFacts } from '../facts/pack-facts.ts';
import { unpackFacts } from '../facts/unpack-facts.ts';
import type { ChangedCall } from '../write/fold-calls.ts';
import { writeCalls } from '../write/write-calls.ts';

/** A call whose facts are packed in one or several texts. */
export interface PackedCall {
  readonly callId: string;
  readonly parts: readonly string[];
}

/** Calls that are played and written in one pipeline. */
const callsPerWrite = 1_000;

/** Copies calls with their visits and segments; none of them may be in the tables. */
export async function copyCalls(client: ClientBase, calls: Iterable<PackedCall>): Promise<void> {
  let unwritten: ChangedCall[] = [];
  const write = async (): Promise<void> => {
    await sendPipelined(client, writeCalls(unwritten, true));
    unwritten = [];
  };
  for (const call of calls) {
    unwritten.push(newCall(call));
    if (unwritten.length === callsPerWrite) await write();
  }
  if (unwritten.length > 0) await write();
}

function newCall({ callId, parts }: PackedCall): ChangedCall {
  const facts = parts.map(unpackFacts).reduce(union);
  const [packed = ''] = parts;
  return { call: play(callId, facts), packed: parts.length === 1 ? packed : packFacts(facts), before: undefined };
}

/**
 * Most events of up to 1 kB whose facts are kept as objects; a longer event counts as several. Packed facts take a tenth of
 * the memory, but a call whose facts are packed in several parts takes twice the time.
 */
const unpackedEventsMax = 16_384;
const eventBytesMin = 1_024;

/** Collects the facts of events by call, in bounded memory. */
export function collectCalls() {
  const calls = new Map<string, string[]>();
  let facts = collectFacts();
  let count = 0;
  const pack = (): void => {
    for (const [callId, callFacts] of facts.byCall) {
      const part = packFacts(factSet(callFacts));
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
      count += Math.ceil(event.json.length / eventBytesMin);
      if (count >= unpackedEventsMax) pack();
    },
    *packed(): Generator<PackedCall> {
      pack();
      for (const [callId, parts] of calls) yield { callId, parts };
    },
  };
}
