/** Something that the server is to go on telling of: said once, and again after every reconnect. */
export interface WatchRequest {
  readonly event: string;
  readonly data: object;
  /** What ends it, if there is such a message. */
  readonly end?: { readonly event: string; readonly data: object };
}

export interface WatchRequests {
  /** Until the returned function is called. */
  readonly add: (watch: WatchRequest) => () => void;
  /** Says all of them, on a new connection. */
  readonly resume: () => void;
}

/** `say` may drop what it is given while there is no connection: `resume` says it again. */
export function createWatchRequests(say: (event: string, data: object) => void): WatchRequests {
  const all = new Set<WatchRequest>();
  const isWanted = (end: string): boolean => [...all].some((other) => JSON.stringify(other.end) === end);
  return {
    add: (watch) => {
      all.add(watch);
      say(watch.event, watch.data);
      return () => {
        // Two may watch the same: the server hears of the end once the last one has left.
        if (all.delete(watch) && watch.end && !isWanted(JSON.stringify(watch.end)))
          say(watch.end.event, watch.end.data);
      };
    },
    resume: () => {
      for (const { event, data } of all) say(event, data);
    },
  };
}
