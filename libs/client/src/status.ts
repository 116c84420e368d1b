/** How much of what is shown may be believed. */
export interface Status {
  /**
   * `live`: what is shown follows the gateway. `waiting`: the connection is lost and will be tried again. `stopped`: it will
   * not, `problem` says why.
   */
  readonly connection: 'connecting' | 'live' | 'waiting' | 'stopped';
  /** What is shown was true at this time, in ms since 1970 by the gateway's clock; null before the first snapshot. */
  readonly asOf: number | null;
  /** Records of the log that the gateway did not show yet when it last spoke. */
  readonly lag: number;
  /** `asOf` is older than `staleAfterMs`: the connection is lost, or the gateway does not reach Kafka. */
  readonly isStale: boolean;
  /** The gateway plays calls by other rules than this client was made for: the page is to be loaded again. */
  readonly isOtherVersion: boolean;
  /** What the user should know: why the connection was refused, or why a subscription failed. */
  readonly problem: string | null;
}

export const initialStatus: Status = {
  ...{ connection: 'connecting', asOf: null, lag: 0 },
  ...{ isStale: false, isOtherVersion: false, problem: null },
};
