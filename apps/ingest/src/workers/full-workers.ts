/**
 * Which workers have all the connections that they may have. Node gives a connection that a full worker refuses to another one. If
 * all are full that would never end, so then they close it.
 */
export interface FullWorkers {
  /** `host`: number of an address in INGEST_HOST. */
  readonly setFull: (host: number, worker: number, isFull: boolean) => void;
  /** The worker accepts connections, or has ended. */
  readonly setRunning: (worker: number, isRunning: boolean) => void;
}

/** `onChange` is called when all workers of an address become full, or one no longer is. */
export function createFullWorkers(onChange: (host: number, areAllFull: boolean) => void): FullWorkers {
  const running = new Set<number>();
  const hosts = new Map<number, { readonly full: Set<number>; areAllFull: boolean }>();
  const check = (host: number): void => {
    const state = hosts.get(host);
    if (!state) return;
    const areAllFull = running.size > 0 && [...running].every((worker) => state.full.has(worker));
    if (areAllFull !== state.areAllFull) onChange(host, (state.areAllFull = areAllFull));
  };
  return {
    setFull: (host, worker, isFull) => {
      const { full } = hosts.get(host) ?? { full: new Set<number>() };
      if (isFull) full.add(worker);
      else full.delete(worker);
      if (!hosts.has(host)) hosts.set(host, { full, areAllFull: false });
      check(host);
    },
    setRunning: (worker, isRunning) => {
      if (isRunning) running.add(worker);
      else {
        running.delete(worker);
        for (const { full } of hosts.values()) full.delete(worker);
      }
      for (const host of hosts.keys()) check(host);
    },
  };
}
