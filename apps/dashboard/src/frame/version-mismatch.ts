import { useEffect } from 'react';
import { useStatus } from '../context.tsx';
import { clearReload, reloadOnce } from './reload-once.ts';

/** Reloads the page once if the gateway has another projection version: its new page has the same version. */
export function useReloadOnVersionMismatch(): void {
  const { isOtherVersion, connection } = useStatus();
  useEffect(() => {
    if (connection !== 'live') return;
    if (isOtherVersion) reloadOnce('version');
    else clearReload('version');
  }, [isOtherVersion, connection]);
}
