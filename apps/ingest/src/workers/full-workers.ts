/**
 * Which workers have all the connections that they may have. Node gives a connection that a full worker refuses to another one. If
 * all are full that would never end, so then they close it.
 */
export interface FullWorkers {
  /** `host`: number of an address in INGEST_HOST. */
  readonly setFull: (host: number, worker: number, isFull: boolean) => void;
  /** Whether the worker accepts connections: it does not while it starts, stops or hangs. */
  readonly setAccepting: (worker: number, isAccepting: boolean) => void;
  /** The worker has ended; its successor is not full. */
  readonly end: (worker: number) => void;
}

/** `onChange` is called when all workers of an address become full, or one no longer is. */
export function createFullWorkers(onChange: (host: number, areAllFull: boolean) => void): FullWorkers {
  const accepting = new Set<number>();
  const hosts = new Map<number, { readonly full: Set<number>; areAllFull: boolean }>();
  const check = (host: number): void => {
    const state = hosts.get(host);
    if (!state) return;
    const areAllFull = accepting.size > 0 && [...accepting].every((worker) => state.full.has(worker));
    if (areAllFull !== state.areAllFull) onChange(host, (state.areAllFull = areAllFull));
  };
  const setAccepting = (worker: number, isAccepting: boolean): void => {
    if (isAccepting) accepting.add(worker);
    else accepting.delete(worker);
    for (const host of hosts.keys()) check(host);
  };
  return {
    setFull: (host, worker, isFull) => {
      const { full } = hosts.get(host) ?? { full: new Set<number>() };
      if (isFull) full.add(worker);
      else full.delete(worker);
      if (!hosts.has(host)) hosts.set(host, { full, areAllFull: false });
      check(host);
    },
    setAccepting,
    end: (worker) => {
      for (const { full } of hosts.values()) full.delete(worker);
      setAccepting(worker, false);
    },
  };
}
