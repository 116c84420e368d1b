import type { Log } from '@callstream/runtime';

/** Whether a server is available: logs the begin and the end of an outage, and describes the current one. */
export interface Outage {
  readonly note: (error: unknown) => void;
  readonly over: () => void;
  /** null while the server is available. */
  readonly describe: () => string | null;
}

export function createOutage(server: string, log: Log): Outage {
  let outage: { readonly since: Date; readonly reason: string } | null = null;
  return {
    note: (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      if (outage?.reason !== reason) log.warn({ server, reason }, 'board.trouble');
      outage = { since: outage?.since ?? new Date(), reason };
    },
    over: () => {
      if (outage) log.info({ server, duration_ms: Date.now() - outage.since.getTime() }, 'board.trouble-over');
      outage = null;
    },
    describe: () => outage && `${server} cannot be read since ${outage.since.toISOString()}: ${outage.reason}`,
  };
}
