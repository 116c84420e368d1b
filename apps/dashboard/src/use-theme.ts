import { useSyncExternalStore } from 'react';
import type { Settings } from './settings.ts';

const prefersLight = matchMedia('(prefers-color-scheme: light)');
const subscribe = (listener: () => void): (() => void) => {
  prefersLight.addEventListener('change', listener);
  return () => prefersLight.removeEventListener('change', listener);
};

/** The chosen theme, or that of the system; follows changes of the system. */
export function useTheme(chosen: Settings['theme']): 'dark' | 'light' {
  const isLight = useSyncExternalStore(subscribe, () => prefersLight.matches);
  return chosen === 'system' ? (isLight ? 'light' : 'dark') : chosen;
}
