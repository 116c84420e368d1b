/** A record in the spool. */
export interface SpooledRecord {
  /** Its partition, or {@link unknownPartition}. */
  readonly partition: number;
  /** When it was received, in ms since 1970. */
  readonly at: number;
  /** Approximate size, in bytes. */
  readonly bytes: number;
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
  /** As JSON. */
  readonly headers: string;
}

/** Stands for the partition of records that were stored before the topic's metadata was read. */
export const unknownPartition = -1;

/** The next records of a partition, all of one segment, in the order of arrival. */
export interface SpoolBatch {
  readonly partition: number;
  readonly segment: string;
  readonly records: readonly { readonly id: number; readonly record: SpooledRecord }[];
}

/** A request to the thread that owns the folder. Every response has the {@link SpoolStatus}. */
export type SpoolRequest =
  | { readonly do: 'open'; readonly dir: string; readonly lockWaitMs: number }
  /** `records`: a list of {@link SpooledRecord}, serialised by `node:v8`. */
  | { readonly do: 'append'; readonly records: Uint8Array }
  | { readonly do: 'take'; readonly partition: number; readonly recordsMax: number; readonly bytesMax: number }
  | {
      readonly do: 'markDrained';
      readonly partition: number;
      readonly segment: string;
      readonly id: number;
      readonly records: number;
    }
  | {
      readonly do: 'quarantine';
      readonly partition: number;
      readonly segment: string;
      readonly id: number;
      readonly reason: string;
    }
  | { readonly do: 'close' };

export interface SpoolStatus {
  /** Number of records to send, by partition. */
  readonly pending: ReadonlyMap<number, number>;
  /** Size of all segments, in bytes. */
  readonly bytes: number;
  /** When the oldest record to send was received, in ms since 1970. */
  readonly oldestAt: number | null;
  /** Number of records in `refused.db`, which their receiver rejected permanently. */
  readonly quarantined: number;
  /** Unreadable files, kept under these names. */
  readonly torn: readonly string[];
  /** Why other users can read some of the files, and how to prevent it; null if they cannot. */
  readonly readable: string | null;
}

export const emptyStatus: SpoolStatus = {
  pending: new Map(),
  bytes: 0,
  oldestAt: null,
  quarantined: 0,
  torn: [],
  readable: null,
};

/** Status of several spools as if they were one. */
export function sumOfStatuses(statuses: readonly SpoolStatus[]): SpoolStatus {
  const pending = new Map<number, number>();
  for (const status of statuses)
    for (const [partition, records] of status.pending) pending.set(partition, (pending.get(partition) ?? 0) + records);
  const oldest = Math.min(...statuses.map(({ oldestAt }) => oldestAt ?? Infinity));
  return {
    pending,
    bytes: statuses.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestAt: oldest === Infinity ? null : oldest,
    quarantined: statuses.reduce((sum, { quarantined }) => sum + quarantined, 0),
    torn: statuses.flatMap(({ torn }) => torn),
    readable: statuses.find(({ readable }) => readable !== null)?.readable ?? null,
  };
}

export interface SpoolResponse {
  readonly id: number;
  readonly status?: SpoolStatus;
  /** A {@link SpoolBatch}, serialised by `node:v8`. */
  readonly batch?: Uint8Array;
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string | undefined };
}
