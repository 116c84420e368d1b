/** A timer for the earliest of several times. */
export interface Alarm extends Disposable {
  /** Rings at `at`, in ms since 1970; at once if that is over; never at Infinity. */
  readonly setFor: (at: number) => void;
}

export function createAlarm(ring: () => void): Alarm {
  let next = Infinity;
  let timer: NodeJS.Timeout | undefined;
  const wake = (): void => {
    // A timer may be a little early by the other clock.
    if (Date.now() < next) timer = setTimeout(wake, 1);
    else {
      next = Infinity;
      ring();
    }
  };
  return {
    setFor: (at) => {
      if (at >= next) return;
      next = at;
      clearTimeout(timer);
      timer = setTimeout(wake, Math.max(0, at - Date.now()));
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
