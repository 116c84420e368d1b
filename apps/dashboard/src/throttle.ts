/** Runs `action` on the first call at once, then throttled to one run per `intervalMs`, and always once after the last call. */
export function throttle(
  intervalMs: number,
  action: () => void,
): { readonly call: () => void; readonly cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  const run = (): void => {
    isDue = false;
    timer = setTimeout(intervalEnded, intervalMs);
    action();
  };
  const intervalEnded = (): void => {
    timer = undefined;
    if (isDue) run();
  };
  return {
    call: () => {
      if (timer === undefined) run();
      else isDue = true;
    },
    cancel: () => clearTimeout(timer),
  };
}
