import { recordKey, parseEvent } from '@callstream/domain';
import { createPartitionOf, connectPublisher, eventUuid, topicFacts } from '@callstream/runtime';
import type { OutRecord, Publisher } from '@callstream/runtime';
import type { System } from '../../src/system.ts';
import { callIdOf } from './frame-book.ts';

/** Puts the calls of a round on the topic, as ingest does. */
export interface CallRecords extends AsyncDisposable {
  /** `call.new` of the calls `from` to `to` − 1. */
  readonly put: (round: number, from: number, to: number) => Promise<void>;
}

const batchRecords = 2_000;

/** The webhook with which a call begins. */
export const newCall = (round: number, number: number): string =>
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

export async function connectRecords({ kafka, topic }: System): Promise<CallRecords> {
  const partitionOf = createPartitionOf((await topicFacts(kafka, topic)).partitions);
  const publisher: Publisher = await connectPublisher(kafka);
  const recordOf = (round: number, number: number): OutRecord => {
    const value = Buffer.from(newCall(round, number));
    const parsed = parseEvent(value);
    if ('problem' in parsed) throw new Error(parsed.problem);
    const key = recordKey(parsed.event, eventUuid(value));
    return { topic, partition: partitionOf(key), key, value, headers: { received_at: new Date().toISOString() } };
  };
  /** A publisher takes one batch at a time. */
  let before = Promise.resolve();
  const inTurn = (send: () => Promise<void>): Promise<void> => (before = before.then(send));
  const put: CallRecords['put'] = (round, from, to) =>
    inTurn(async () => {
      for (let first = from; first < to; first += batchRecords) {
        const count = Math.min(batchRecords, to - first);
        await publisher.publishBatch(Array.from({ length: count }, (_, i) => recordOf(round, first + i)));
      }
    });
  return {
    put,
    [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
  };
}
