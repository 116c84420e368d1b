/** A request that is sent now and after every reconnect, for frames that the server sends from then on. */
export interface WatchRequest {
  readonly event: string;
  readonly data: object;
  /** The request that ends it, if there is one. */
  readonly end?: { readonly event: string; readonly data: object };
}

export interface WatchRequests {
  /** Watches until the returned function is called. */
  readonly add: (watch: WatchRequest) => () => void;
  /** Sends all of them, on a new connection. */
  readonly resume: () => void;
}

/** Lists of any length: `createWatchedLists` makes whole lists of parts and deltas. */
const withDelta = ({ event, data }: WatchRequest): object =>
  event === 'WatchAgents' || event === 'WatchQueues' ? { delta: true, ...data } : data;

/** `send` may do nothing while there is no connection: `resume` sends again. */
export function createWatchRequests(send: (event: string, data: object) => void): WatchRequests {
  const watches = new Set<WatchRequest>();
  const hasEnd = (end: string): boolean => [...watches].some((watch) => JSON.stringify(watch.end) === end);
  return {
    add: (watch) => {
      watches.add(watch);
      send(watch.event, withDelta(watch));
      return () => {
        // Two callers may watch the same: only the last one ends it at the server.
        if (watches.delete(watch) && watch.end && !hasEnd(JSON.stringify(watch.end)))
          send(watch.end.event, watch.end.data);
      };
    },
    resume: () => {
      for (const watch of watches) send(watch.event, withDelta(watch));
    },
  };
}
