import { useSyncExternalStore } from 'react';
import { parseRoute, routeHash } from './route.ts';
import type { Route } from './route.ts';

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};
let cached = { hash: '', route: parseRoute('') };

/** The route of the address; the same object while the address is the same. */
function get(): Route {
  const { hash } = location;
  if (hash !== cached.hash) cached = { hash, route: parseRoute(hash) };
  return cached.route;
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, get);

export function navigate(route: Partial<Route>): void {
  location.hash = routeHash(route);
}

/** Changes the route without a history entry: Back must not lead through every letter that was typed. */
export function replaceRoute(part: Partial<Route>): void {
  history.replaceState(null, '', routeHash({ ...get(), ...part }));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
