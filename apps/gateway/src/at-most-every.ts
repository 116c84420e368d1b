/**
 * Calls `act` on a change: the first at once, then at most once per `ms`, and always once after the last change; with 0
 * ms, at every change.
 * @returns `changed`, to be called on every change, and `stop`
 */
export function atMostEvery(ms: number, act: () => void): { changed: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let missed = false;
  const fire = (): void => {
    missed = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (missed) fire();
    }, ms);
    act();
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
