import { useEffect } from 'react';
import { useStatus } from '../context.tsx';

const reloadedKey = 'callstream.reloaded';

/**
 * Reloads the page if the gateway has another projection version: its new page has the same version. Only once per tab until the
 * versions match again, so that an outdated cache does not cause a loop.
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
