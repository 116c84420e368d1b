export interface Throttle {
  /** Call on every change. */
  readonly changed: () => void;
  readonly stop: () => void;
}

/**
 * Calls `act` on a change: the first time at once, then at most once per `ms`, and always once after the last change. With
 * 0 ms, it calls it on every change. If `act` takes long, it pauses as long afterwards, so that half of the event loop's time
 * is left to everything else.
 *
 * ```
 *        changed: act             changed
 *  idle ──────────────▶ pausing ──────────▶ pausing, changed
 *   ▲                    │   ▲                     │
 *   └── end of the pause ┘   └── end of the pause: act
 * ```
 * @param now ms, monotonic
 */
export function throttle(ms: number, act: () => void, now: () => number = () => performance.now()): Throttle {
  let state: 'idle' | 'pausing' | 'pausing, changed' = 'idle';
  let timer: NodeJS.Timeout | undefined;

  const onPauseEnd = (): void => {
    if (state === 'pausing, changed') run();
    else state = 'idle';
  };
  const run = (): void => {
    state = 'pausing';
    const startedAt = now();
    timer = setTimeout(onPauseEnd, ms);
    act();
    const tookMs = now() - startedAt;
    if (tookMs <= ms / 2) return;
    clearTimeout(timer);
    timer = setTimeout(onPauseEnd, tookMs);
  };
  return {
    changed: () => {
      if (ms === 0) act();
      else if (state === 'idle') run();
      else state = 'pausing, changed';
    },
    stop: () => {
      clearTimeout(timer);
      state = 'idle';
    },
  };
}
