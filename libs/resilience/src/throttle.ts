export interface Throttle {
  /** Call on every change. */
  readonly changed: () => void;
  readonly stop: () => void;
}

export interface ThrottleOptions {
  /**
   * Least time between two calls, in ms; after an asynchronous one, between its end and the next. 0: a call on every change; an
   * asynchronous one is followed by one more if there were changes meanwhile.
   */
  readonly everyMs: number;
  /** ms, monotonic. */
  readonly now?: () => number;
}

/**
 * Calls `act` on a change: the first time at once, then throttled, and always once after the last change. It is never called
 * while its promise is pending. If it blocks for long, it pauses as long afterwards, so that half of the event loop's time is
 * left to everything else.
 *
 * ```
 *        changed: act             changed
 *  idle ──────────────▶ pausing ──────────▶ pausing, changed
 *   ▲                    │   ▲                     │
 *   └── end of the pause ┘   └── end of the pause: act
 * ```
 */
export function throttle(
  { everyMs, now = () => performance.now() }: ThrottleOptions,
  act: () => void | Promise<void>,
): Throttle {
  let state: 'idle' | 'pausing' | 'pausing, changed' = 'idle';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const pause = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(onPauseEnd, ms);
  };
  const onPauseEnd = (): void => {
    if (state === 'pausing, changed') run();
    else state = 'idle';
  };
  const run = (): void => {
    state = 'pausing';
    const startedAt = now();
    pause(everyMs);
    const acting = act();
    const tookMs = now() - startedAt;
    if (acting) void pauseAfter(acting);
    else if (everyMs === 0) {
      clearTimeout(timer);
      onPauseEnd();
    } else if (tookMs > everyMs / 2) pause(tookMs);
  };
  const pauseAfter = async (acting: Promise<void>): Promise<void> => {
    clearTimeout(timer);
    await acting;
    if (state !== 'idle') pause(everyMs);
  };
  return {
    changed: () => {
      if (state === 'idle') run();
      else state = 'pausing, changed';
    },
    stop: () => {
      clearTimeout(timer);
      state = 'idle';
    },
  };
}
