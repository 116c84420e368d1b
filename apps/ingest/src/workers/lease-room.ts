import type { SpoolRoom } from '@callstream/spool';
import pMemoize from 'p-memoize';

/** How often a worker returns what it does not use, in ms. */
const adjustEveryMs = 1_000;
/** Least step, in bytes. */
const stepMin = 32 * 1024;
/** Steps of the limit that workers may have unused, of all workers together. */
const stepsOfAll = 16;

export interface LeaseOptions {
  /** SPOOL_MAX_BYTES. */
  readonly max: number;
  readonly workers: number;
  /** Size of the spools of this worker, in bytes. */
  readonly used: () => number;
  /** See {@link Budget}; rejects if the primary has ended. */
  readonly resize: (wanted: number, used: number) => Promise<number>;
}

/** What the spools of this worker may have of SPOOL_MAX_BYTES: grows in steps, and returns all but one unused step within a second. */
export function leaseRoom({ max, workers, used, resize }: LeaseOptions): SpoolRoom {
  const step = Math.max(stepMin, Math.ceil(max / (stepsOfAll * workers)));
  const upTo = (bytes: number): number => Math.ceil(bytes / step) * step;
  let bytes = 0;
  let isExhausted = false;
  /** Size that the request in flight asks for; 0: there is none. */
  let requested = 0;
  /** Largest size that the next request asks for. */
  let wanted = 0;
  const request = async (): Promise<void> => {
    requested = upTo(wanted);
    wanted = 0;
    try {
      bytes = await resize(requested, used());
    } finally {
      requested = 0;
    }
  };
  /** One request at a time, so that the primary and this worker agree. */
  const requestOnce = pMemoize(request, { cache: false });
  const isRequested = (size: number): boolean => upTo(size) <= requested;
  const requestSize = (size: number): Promise<void> => {
    if (!isRequested(size)) wanted = Math.max(wanted, size);
    return requestOnce();
  };
  const adjust = (): void => {
    const target = upTo(used()) + step;
    if (bytes > 0 && target >= bytes) return;
    // First here: another worker may get it at once.
    bytes = Math.min(bytes, target);
    // The next attempt is a second later. If the primary has ended, so does this process.
    requestSize(target).catch(() => undefined);
  };
  adjust();
  setInterval(adjust, adjustEveryMs).unref();
  return {
    bytes: () => bytes,
    grow: async (size) => {
      const isTooLate = requested > 0 && !isRequested(size);
      await requestSize(size);
      if (isTooLate && bytes < size) await requestSize(size);
      isExhausted = bytes < size;
      return !isExhausted;
    },
    isExhausted: () => isExhausted,
  };
}
