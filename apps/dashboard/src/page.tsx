import { useEffect, useLayoutEffect, useState } from 'react';
import { ErrorBoundary } from './frame/error-boundary.tsx';
import { Notice } from './frame/notice.tsx';
import { TokenPrompt } from './frame/token-prompt.tsx';
import { fetchJson, openGateway, GatewayError } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { Session } from './session.tsx';
import { readSettings, saveSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { en } from './text/en.ts';
import type { Texts } from './text/en.ts';
import { ptBr } from './text/pt-br.ts';
import { useTheme } from './use-theme.ts';

const tokenKey = 'callstream.token';

/** Whether the gateway needs a token, and accepts ours. */
type Access =
  { readonly kind: 'unknown' | 'needed' | 'refused' } | { readonly kind: 'open'; readonly gateway: Gateway };

/** The page: settings, access, and the session with the gateway. */
export function Page() {
  const [settings, setSettings] = useState(() => readSettings(localStorage, navigator.language));
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenKey));
  const [attempt, setAttempt] = useState(0);
  const access = useAccess(token, attempt);
  const texts = settings.language === 'pt-BR' ? ptBr : en;
  const theme = useTheme(settings.theme);
  // A layout effect runs before the effects of children: charts read their colours from the document.
  useLayoutEffect(() => {
    document.documentElement.lang = settings.language;
    document.documentElement.dataset['theme'] = theme;
  }, [settings.language, theme]);

  const changeSettings = (next: Settings): void => {
    saveSettings(localStorage, next);
    setSettings(next);
  };
  const setTokenAndRetry = (next: string | null): void => {
    if (next === null) sessionStorage.removeItem(tokenKey);
    else sessionStorage.setItem(tokenKey, next);
    setToken(next);
    setAttempt(attempt + 1);
  };
  switch (access.kind) {
    case 'unknown':
      return <Notice title={texts.loading} isDelayed />;
    case 'needed':
    case 'refused':
      return <TokenPrompt texts={texts} isRefused={access.kind === 'refused'} onToken={setTokenAndRetry} />;
    case 'open':
      return (
        <ErrorBoundary fallback={(error) => <BrokenPage texts={texts} error={error} />}>
          <Session
            settings={settings}
            texts={texts}
            gateway={access.gateway}
            onSettings={changeSettings}
            onDenied={() => setAttempt(attempt + 1)}
            onForget={token === null ? null : () => setTokenAndRetry(null)}
          />
        </ErrorBoundary>
      );
  }
}

function BrokenPage({ texts, error }: { readonly texts: Texts; readonly error: Error }) {
  return (
    <main>
      <Notice title={texts.errorTitle} text={error.message}>
        <button onClick={() => location.reload()}>{texts.reload}</button>
      </Notice>
    </main>
  );
}

/** Asks the gateway over HTTP whether it needs a token, which is faster than waiting until it closes the socket. */
function useAccess(token: string | null, attempt: number): Access {
  const [access, setAccess] = useState<Access>({ kind: 'unknown' });
  useEffect(() => {
    const request = new AbortController();
    let gateway: Gateway | undefined;
    const open = (): void => {
      gateway = openGateway(token);
      setAccess({ kind: 'open', gateway });
    };
    fetchJson('api/queues', token, request.signal).then(open, (error: unknown) => {
      if (request.signal.aborted) return;
      const isDenied = error instanceof GatewayError && error.status === 401;
      // On any other error the connection shows the problem, and retries.
      if (isDenied) setAccess({ kind: token === null ? 'needed' : 'refused' });
      else open();
    });
    return () => {
      request.abort();
      gateway?.[Symbol.dispose]();
    };
  }, [token, attempt]);
  return access;
}
