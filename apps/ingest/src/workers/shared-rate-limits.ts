import type { RateLimitOptions, RateLimits } from '../admission/rate-limits.ts';
import type { PrimaryCalls } from './messages.ts';

interface WaitingRequest {
  readonly address: string;
  readonly resolve: (retryAfterSeconds: number | null) => void;
}

/** The primary's own, as a worker calls them. */
export interface RemoteRateLimits {
  readonly admit: (addresses: readonly string[]) => Promise<ReturnType<PrimaryCalls['admit']>>;
  readonly countRefusals: (addresses: readonly string[]) => Promise<void>;
}

/** Rate limits that the primary counts for all workers, so that they are exact. One message per turn of the event loop; none without limits. */
export function createSharedRateLimits(
  { requestsPerSecond, refusedPerMinute }: RateLimitOptions,
  { admit, countRefusals }: RemoteRateLimits,
): RateLimits {
  if (requestsPerSecond === 0 && refusedPerMinute === 0) return { admit: () => null, countRefusal: () => undefined };
  let requests: WaitingRequest[] = [];
  let refusals: string[] = [];
  let isScheduled = false;
  const send = async (): Promise<void> => {
    const [admitted, refused] = [requests, refusals];
    [requests, refusals, isScheduled] = [[], [], false];
    if (refused.length > 0) void countRefusals(refused).catch(() => undefined);
    if (admitted.length === 0) return;
    try {
      const results = await admit(admitted.map(({ address }) => address));
      for (const [i, { resolve }] of admitted.entries()) resolve(results[i] ?? null);
    } catch {
      // The primary has ended, and this process does soon: until then a limit must not cost an event.
      for (const { resolve } of admitted) resolve(null);
    }
  };
  const schedule = (): void => {
    if (!isScheduled) setImmediate(() => void send());
    isScheduled = true;
  };
  return {
    admit: (address) =>
      new Promise((resolve) => {
        requests.push({ address, resolve });
        schedule();
      }),
    countRefusal: (address) => {
      if (refusedPerMinute === 0) return;
      refusals.push(address);
      schedule();
    },
  };
}
