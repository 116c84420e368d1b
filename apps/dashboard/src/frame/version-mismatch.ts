import { useEffect } from 'react';
import { useStatus } from '../context.tsx';

const reloadedKey = 'callstream.reloaded';

/**
 * Loads the page again when the gateway plays calls by other rules than this page knows: the page that it has now knows them. Once
 * in a tab until both are of one version again, so that a cache that keeps the old page makes no loop.
 */
export function useReloadOnVersionMismatch(): void {
  const { isOtherVersion, connection } = useStatus();
  useEffect(() => {
    if (connection !== 'live') return;
    if (!isOtherVersion) sessionStorage.removeItem(reloadedKey);
    else if (sessionStorage.getItem(reloadedKey) === null) {
      sessionStorage.setItem(reloadedKey, 'yes');
      location.reload();
    }
  }, [isOtherVersion, connection]);
}
