/** A record in the spool. */
export interface SpooledRecord {
  /** Its partition, or {@link unplaced} if the topic could not be asked yet. */
  readonly lane: number;
  /** When it came, in ms since 1970. */
  readonly at: number;
  /** What it takes, in bytes; about. */
  readonly bytes: number;
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
  /** As JSON. */
  readonly headers: string;
}

/** The lane of records whose partition is not known yet. */
export const unknownPartition = -1;

/** The next records of a lane, all of one segment, in the order in which they came. */
export interface SpoolBatch {
  readonly lane: number;
  readonly segment: string;
  readonly records: readonly { readonly id: number; readonly record: SpooledRecord }[];
}

/** What the thread that owns the folder can be asked for. Every answer brings the {@link SpoolStatus}. */
export type SpoolRequest =
  | { readonly do: 'open'; readonly dir: string }
  /** `records`: a list of {@link SpooledRecord}, serialised by `node:v8`. */
  | { readonly do: 'append'; readonly records: Uint8Array }
  | { readonly do: 'take'; readonly lane: number; readonly recordsMax: number; readonly bytesMax: number }
  | {
      readonly do: 'drained';
      readonly lane: number;
      readonly segment: string;
      readonly id: number;
      readonly records: number;
    }
  | {
      readonly do: 'refuse';
      readonly lane: number;
      readonly segment: string;
      readonly id: number;
      readonly reason: string;
    }
  | { readonly do: 'close' };

export interface SpoolStatus {
  /** Records that are still to be sent, by lane. */
  readonly lanes: ReadonlyMap<number, number>;
  /** What the segments were given, in bytes. */
  readonly bytes: number;
  /** When the oldest record that is still to be sent came, in ms since 1970. */
  readonly oldestAt: number | null;
  /** Records that Kafka refused for good, kept in `refused.db`. */
  readonly refused: number;
  /** Files that could not be read, kept under another name. */
  readonly torn: readonly string[];
  /** Why other users can read some of it, and what closes it; null if they cannot. */
  readonly readable: string | null;
}

export const emptyStatus: SpoolStatus = {
  lanes: new Map(),
  bytes: 0,
  oldestAt: null,
  refused: 0,
  torn: [],
  readable: null,
};

export interface SpoolResponse {
  readonly id: number;
  readonly status?: SpoolStatus;
  /** Serialised by `node:v8`. */
  readonly taken?: Uint8Array;
  readonly error?: { readonly name: string; readonly message: string };
}
