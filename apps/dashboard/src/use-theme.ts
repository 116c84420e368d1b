import { useSyncExternalStore } from 'react';
import type { Settings } from './settings.ts';

const prefersLight = matchMedia('(prefers-color-scheme: light)');
const subscribe = (listener: () => void): (() => void) => {
  prefersLight.addEventListener('change', listener);
  return () => prefersLight.removeEventListener('change', listener);
};

/** The look that is chosen, or that of the system, also when that changes. */
export function useTheme(chosen: Settings['theme']): 'dark' | 'light' {
  const isLight = useSyncExternalStore(subscribe, () => prefersLight.matches);
  return chosen === 'system' ? (isLight ? 'light' : 'dark') : chosen;
}
