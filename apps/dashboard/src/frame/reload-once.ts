/** Why the page reloads itself: the gateway has another projection version, or no longer has a part of this page. */
type ReloadCause = 'version' | 'part';

const keyOf = (cause: ReloadCause): string => `callstream.reloaded.${cause}`;

/**
 * Reloads the page. Its address stays, and with it the view and its filters. Only once per tab and cause until `clearReload`, so
 * that a reload that changes nothing, e.g. because of an outdated cache, does not become a loop.
 * @returns false if it has reloaded for this cause already
 */
export function reloadOnce(cause: ReloadCause): boolean {
  if (sessionStorage.getItem(keyOf(cause)) !== null) return false;
  sessionStorage.setItem(keyOf(cause), 'yes');
  location.reload();
  return true;
}

/** The cause is gone: when it returns, the page may reload again. */
export const clearReload = (cause: ReloadCause): void => sessionStorage.removeItem(keyOf(cause));
