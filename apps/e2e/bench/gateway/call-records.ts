import { connectPublisher } from '@callstream/runtime';
import { createRecordOf } from '../../src/log/produce-webhooks.ts';
import type { System } from '../../src/system/system.ts';
import { callIdOf } from './frame-parser.ts';

/** Produces the calls of a round, as ingest does. */
export interface CallRecords extends AsyncDisposable {
  /** Produces `call.new` of the calls `from` to `to` − 1. */
  readonly produce: (round: number, from: number, to: number) => Promise<void>;
}

const batchRecords = 2_000;

/** The first webhook of a call. */
const newCall = (round: number, number: number): string =>
  JSON.stringify({
    type: 'call.new',
    call_id: callIdOf(round, number),
    code: '100000',
    direction: 'inbound',
    our_number: '551130300000',
    their_number: '5511987650000',
    their_number_type: 'mobile',
    timestamp: new Date().toISOString(),
  });

export async function connectRecords(system: System): Promise<CallRecords> {
  const recordOf = await createRecordOf(system);
  const publisher = await connectPublisher(system.kafka);
  // A publisher takes one batch at a time.
  let previous = Promise.resolve();
  const afterPrevious = (send: () => Promise<void>): Promise<void> => (previous = previous.then(send));
  return {
    produce: (round, from, to) =>
      afterPrevious(async () => {
        for (let first = from; first < to; first += batchRecords) {
          const count = Math.min(batchRecords, to - first);
          const batch = Array.from({ length: count }, (_, i) => recordOf(newCall(round, first + i), Date.now()));
          await publisher.publishBatch(batch);
        }
      }),
    [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
  };
}
