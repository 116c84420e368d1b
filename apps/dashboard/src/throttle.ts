/** Runs `act` after a change: the first time at once, then at most every `everyMs`, and always once after the last change. */
export function throttle(
  everyMs: number,
  act: () => void,
): { readonly changed: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  const rest = (): void => {
    timer = undefined;
    if (isDue) run();
  };
  const run = (): void => {
    isDue = false;
    timer = setTimeout(rest, everyMs);
    act();
  };
  return {
    changed: () => {
      if (timer === undefined) run();
      else isDue = true;
    },
    stop: () => clearTimeout(timer),
  };
}
