import { sleep } from '@callstream/resilience';
import type { Ami } from './connection.ts';

/** How often the connection is checked, in ms. */
const pingEveryMs = 15_000;
/** How often the PBX is asked what is going on, although the connection was never cut, in pings: hourly. */
const reconcileEveryPings = 240;

interface KeepAliveOptions {
  readonly signal: AbortSignal;
  /** Asks the PBX what is going on. */
  readonly closeGap: () => Promise<void>;
}

/** Checks a connection until `signal` is aborted. @throws {Error} if the PBX does not answer */
export async function keepAlive(ami: Pick<Ami, 'ping'>, { signal, closeGap }: KeepAliveOptions): Promise<void> {
  for (let pings = 1; ; pings++) {
    await sleep(pingEveryMs, signal);
    if (signal.aborted) return;
    await ami.ping();
    if (pings % reconcileEveryPings === 0) await closeGap();
  }
}
