/** A batch of which no record can be had. */
export interface UnreadableBatch {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** How it says that it is compressed. */
  readonly codec: string;
  /** What is wrong with it, as what can be said of "the batch". */
  readonly reason: string;
  /** Kafka's latest of its records, in ms since 1970. */
  readonly timestamp: number;
  /** As it came from Kafka. */
  readonly bytes: Buffer;
}

/** What stands in the way, and the command that an operator may go on with. */
export const describeUnreadable = ({
  topic,
  partition,
  firstOffset,
  lastOffset,
  codec,
  reason,
}: Omit<UnreadableBatch, 'bytes' | 'timestamp'>): string =>
  `Partition ${partition} stands still: records ${firstOffset} to ${lastOffset} of "${topic}" cannot be read, as their batch (${codec}) ${reason}. To go on without them: npm run projector -- dlq skip-batch ${partition}:${firstOffset} (it puts the batch on the DLQ). Nothing was skipped so far: a newer version of callstream may be able to read it.`;

/** Somebody who cannot go on has met a batch that cannot be read. */
export class UnreadableBatchError extends Error {
  override readonly name = 'BatchUnreadable';
  readonly batch: UnreadableBatch;
  /** @param cause why it could not be found out whether an operator has decided */
  constructor(batch: UnreadableBatch, cause?: unknown) {
    super(describeUnreadable(batch), { cause });
    this.batch = batch;
  }
}
