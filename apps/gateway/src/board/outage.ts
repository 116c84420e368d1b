import type { Log } from '@callstream/runtime';

/** What is wrong with a server just now, and since when. */
export interface Outage {
  readonly note: (error: unknown) => void;
  readonly over: () => void;
  /** null if nothing is. */
  readonly describe: () => string | null;
}

export function createOutage(server: string, log: Log): Outage {
  let since: Date | undefined;
  let reason = '';
  return {
    note: (error) => {
      const said = error instanceof Error ? error.message : String(error);
      if (since === undefined || said !== reason) log.warn({ server, reason: said }, 'board.trouble');
      since ??= new Date();
      reason = said;
    },
    over: () => {
      if (since) log.info({ server, duration_ms: Date.now() - since.getTime() }, 'board.trouble-over');
      since = undefined;
    },
    describe: () => (since ? `${server} cannot be read since ${since.toISOString()}: ${reason}` : null),
  };
}
