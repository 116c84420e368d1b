/**
 * Calls `act` on a change: the first at once, then at most once per `ms`, and always once after the last change; with 0
 * ms, at every change. What takes long is followed by a rest as long: whatever is told to however many, half of the time is
 * left to everything else.
 * @param now ms, monotonic
 * @returns `changed`, to be called on every change, and `stop`
 */
export function throttle(
  ms: number,
  act: () => void,
  now: () => number = () => performance.now(),
): { changed: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let missed = false;
  const onRested = (): void => {
    timer = undefined;
    if (missed) fire();
  };
  const fire = (): void => {
    missed = false;
    const began = now();
    timer = setTimeout(onRested, ms);
    act();
    const took = now() - began;
    if (took <= ms / 2) return;
    clearTimeout(timer);
    timer = setTimeout(onRested, took);
  };
  return {
    changed: () => {
      if (ms === 0) act();
      else if (timer === undefined) fire();
      else missed = true;
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      missed = false;
    },
  };
}
