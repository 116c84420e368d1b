import { useSyncExternalStore } from 'react';
import { useAppContext } from './context.tsx';

const tickMs = 1_000;
const listeners = new Set<() => void>();
let ticks = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** All components share one timer, so that they are updated in the same moment. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    ticks++;
    for (const notify of listeners) notify();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Time of the gateway, in ms since 1970; re-renders every second. The clock of this PC may be wrong. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => ticks);
  return useAppContext().gateway.client.now();
}
