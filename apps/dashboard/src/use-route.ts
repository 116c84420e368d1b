import { useSyncExternalStore } from 'react';
import { parseRoute, routeHash } from './route.ts';
import type { Route } from './route.ts';

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};
let read = { hash: '', route: parseRoute('') };

/** What the address says; the same object as long as it says the same. */
function get(): Route {
  const { hash } = location;
  if (hash !== read.hash) read = { hash, route: parseRoute(hash) };
  return read.route;
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, get);

export function navigate(route: Partial<Route>): void {
  location.hash = routeHash(route);
}

/** Changes the filters of the address; the way back leads to where the user was before, not through every letter typed. */
export function replaceRoute(part: Partial<Route>): void {
  history.replaceState(null, '', routeHash({ ...get(), ...part }));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
