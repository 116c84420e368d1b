/** Commands to the process with the readers; each has one reply. */
export type ReaderCommand =
  /** Opens sockets. Reply: when all have Welcome and, with `subscribe`, their snapshot. */
  | {
      readonly do: 'open';
      readonly group: string;
      readonly port: number;
      readonly sockets: number;
      readonly subscribe: boolean;
    }
  /** Closes all sockets of the group and reconnects with their cursors. Reply: like `open`. */
  | { readonly do: 'reopen'; readonly group: string; readonly port: number }
  /** Expects the calls 0 to `calls` − 1 of a round on each socket. Reply: at once. */
  | { readonly do: 'expect'; readonly group: string; readonly round: number; readonly calls: number }
  /** Reply: when every socket has received what it expects. */
  | { readonly do: 'complete'; readonly group: string }
  /** Expects a number of frames with changes on each socket. Reply: at once. */
  | { readonly do: 'expect-frames'; readonly group: string; readonly round: number; readonly frames: number }
  | { readonly do: 'close'; readonly group: string }
  /** Reply: CPU time of the process so far, in seconds. */
  | { readonly do: 'cpu' };

/** What was received since `expect`. Times are those of `monotonicMs`. */
export interface ReceptionReport {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Calls in frames, over all sockets. */
  readonly changes: number;
  readonly frames: number;
  readonly bytes: number;
  /** By number of the call: time of its first frame, for each socket. */
  readonly receivedAt: readonly (readonly number[])[];
}

export interface ConnectReport {
  readonly tookMs: number;
  /** Reasons of lost connections; any makes the benchmark invalid. */
  readonly lost: readonly string[];
}

/** A clock that all processes of a machine share, in ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
