import { useSyncExternalStore } from 'react';
import type { Settings } from './settings.ts';

const query = matchMedia('(prefers-color-scheme: light)');
/** As of the last event. If `query.matches` is read after a change and before its event, Chromium sends no event. */
let isSystemLight = query.matches;
const listeners = new Set<() => void>();
query.addEventListener('change', ({ matches }) => {
  isSystemLight = matches;
  for (const listener of listeners) listener();
});
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The chosen theme, or that of the system; follows changes of the system. */
export function useTheme(chosen: Settings['theme']): 'dark' | 'light' {
  const isLight = useSyncExternalStore(subscribe, () => isSystemLight);
  return chosen === 'system' ? (isLight ? 'light' : 'dark') : chosen;
}
