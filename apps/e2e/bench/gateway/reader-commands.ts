/** What the process with the readers is told to do; each command is answered once. */
export type ReaderCommand =
  /** Opens sockets; answered when all have been welcomed and, if they subscribe, have their snapshot. */
  | {
      readonly do: 'open';
      readonly group: string;
      readonly port: number;
      readonly sockets: number;
      readonly subscribe: boolean;
    }
  /** Cuts all sockets of the group and opens them again with their cursors; answered as `open`. */
  | { readonly do: 'reopen'; readonly group: string; readonly port: number }
  /** Prepares for the calls 0 to `calls` − 1 of a round; answered at once. */
  | { readonly do: 'expect'; readonly group: string; readonly round: number; readonly calls: number }
  /** Answered when every socket has all of them. */
  | { readonly do: 'complete'; readonly group: string }
  /** Expects so many frames that bring a change, of whatever call, on each socket instead. */
  | { readonly do: 'expect-frames'; readonly group: string; readonly round: number; readonly frames: number }
  | { readonly do: 'close'; readonly group: string }
  /** Answered with what the process has used until now, in seconds. */
  | { readonly do: 'cpu' };

/** What came since `expect`. Times are those of `monotonicMs`. */
export interface ReceptionReport {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Calls in frames, over all sockets. */
  readonly changes: number;
  readonly frames: number;
  readonly bytes: number;
  /** By number of the call: when it came first, on each socket. */
  readonly receivedAt: readonly (readonly number[])[];
}

export interface ConnectReport {
  readonly tookMs: number;
  /** Sockets that were lost until now, and why; a benchmark with one of those is none. */
  readonly lost: readonly string[];
}

/** The same clock in all processes of a machine, in ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
