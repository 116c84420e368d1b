import { useSyncExternalStore } from 'react';
import { useAppContext } from './context.tsx';

const tickMs = 1_000;
const listeners = new Set<() => void>();
let ticks = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for everything that ticks, so that all of it ticks together. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    ticks++;
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The gateway's clock, in ms since 1970; draws again every second. The clock of this PC may be wrong. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => ticks);
  return useAppContext().gateway.client.now();
}
