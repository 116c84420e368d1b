/** A batch whose records cannot be decoded. */
export interface UnreadableBatch {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Name of its compression codec, as its header claims. */
  readonly codec: string;
  /** Why, as a predicate of "the batch". */
  readonly reason: string;
  /** Latest timestamp of its records, in ms since 1970. */
  readonly timestamp: number;
  /** The batch as Kafka sent it. */
  readonly bytes: Buffer;
}

/** The problem, and the command with which an operator can skip the batch. */
export const describeUnreadable = ({
  topic,
  partition,
  firstOffset,
  lastOffset,
  codec,
  reason,
}: Omit<UnreadableBatch, 'bytes' | 'timestamp'>): string =>
  `Partition ${partition} is blocked: records ${firstOffset} to ${lastOffset} of topic "${topic}" are unreadable, because their batch (${codec}) ${reason}. To skip them: npm run projector -- dlq skip-batch ${partition}:${firstOffset} (it puts the batch on the DLQ). Nothing was skipped so far: a newer version of callstream may be able to read it.`;

/** A reader cannot continue past an unreadable batch. */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError';
  readonly batch: UnreadableBatch;
  /** @param cause why it is unknown whether an operator has skipped the batch */
  constructor(batch: UnreadableBatch, cause?: unknown) {
    super(describeUnreadable(batch), { cause });
    this.batch = batch;
  }
}
