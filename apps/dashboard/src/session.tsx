import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { AppContextProvider } from './context.tsx';
import { Frame } from './frame/frame.tsx';
import type { Gateway } from './gateway.ts';
import type { Settings } from './settings.ts';
import type { Texts } from './text/en.ts';
import { createFormats } from './text/formats.ts';

interface SessionProps {
  readonly gateway: Gateway;
  readonly settings: Settings;
  readonly texts: Texts;
  readonly onSettings: (settings: Settings) => void;
  /** The token is not valid any more. */
  readonly onDenied: () => void;
  /** null: there is no token. */
  readonly onForget: (() => void) | null;
}

/** Everything that one connection to the gateway shows. */
export function Session({ gateway, settings, texts, onDenied, ...frame }: SessionProps) {
  const { queues, client } = gateway;
  const timeZone = useSyncExternalStore(queues.subscribe, queues.get)?.time_zone;
  const isStopped = useSyncExternalStore(client.status.subscribe, client.status.get).connection === 'stopped';
  const isWallboard = new URLSearchParams(location.search).has('wallboard');
  const { language } = settings;
  const context = useMemo(
    () => ({ gateway, settings, texts, isWallboard, formats: createFormats(language, timeZone), lateCalls: null }),
    [gateway, settings, texts, isWallboard, language, timeZone],
  );
  useEffect(() => {
    if (!isStopped) return;
    // If the token has become invalid, show the prompt; otherwise the page shows why the connection stopped.
    gateway.fetchJson('api/queues').catch((error: unknown) => {
      if ((error as { status?: unknown }).status === 401) onDenied();
    });
  }, [isStopped, gateway, onDenied]);
  return (
    <AppContextProvider value={context}>
      <Frame {...frame} />
    </AppContextProvider>
  );
}
