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
import { ptBr } from './text/pt-br.ts';
import { useTheme } from './use-theme.ts';

const tokenKey = 'callstream.token';

/** What the page may show: nothing, before that is known, until a token is given, or everything. */
type Access = { readonly kind: 'asking' | 'needed' | 'refused' } | { readonly kind: 'open'; readonly gateway: Gateway };

/** The whole page: settings and access, and within them the session with the gateway. */
export function Page() {
  const [settings, setSettings] = useState(() => readSettings(localStorage, navigator.language));
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenKey));
  const [attempt, setAttempt] = useState(0);
  const access = useAccess(token, attempt);
  const texts = settings.language === 'pt-BR' ? ptBr : en;
  const theme = useTheme(settings.theme);
  // Before the effects of what is inside: charts read their colours from the document.
  useLayoutEffect(() => {
    document.documentElement.lang = settings.language;
    document.documentElement.dataset['theme'] = theme;
  }, [settings.language, theme]);

  const change = (next: Settings): void => {
    saveSettings(localStorage, next);
    setSettings(next);
  };
  const use = (next: string | null): void => {
    if (next === null) sessionStorage.removeItem(tokenKey);
    else sessionStorage.setItem(tokenKey, next);
    setToken(next);
    setAttempt(attempt + 1);
  };
  switch (access.kind) {
    case 'asking':
      return <Notice title={texts.loading} isQuiet />;
    case 'needed':
    case 'refused':
      return <TokenPrompt texts={texts} isRefused={access.kind === 'refused'} onToken={use} />;
    case 'open':
      return (
        <ErrorBoundary texts={texts}>
          <Session
            {...{ settings, texts }}
            gateway={access.gateway}
            onSettings={change}
            onDenied={() => setAttempt(attempt + 1)}
            onForget={token === null ? null : () => use(null)}
          />
        </ErrorBoundary>
      );
  }
}

/** Asks once whether the gateway wants a token, so that the user need not wait for the socket to be closed. */
function useAccess(token: string | null, attempt: number): Access {
  const [access, setAccess] = useState<Access>({ kind: 'asking' });
  useEffect(() => {
    const asking = new AbortController();
    let gateway: Gateway | undefined;
    const open = (): void => {
      gateway = openGateway(token);
      setAccess({ kind: 'open', gateway });
    };
    fetchJson('/api/queues', token, asking.signal).then(open, (error: unknown) => {
      if (asking.signal.aborted) return;
      const isDenied = error instanceof GatewayError && error.status === 401;
      // Whatever else is wrong, the connection finds out, shows it, and gets over it.
      if (isDenied) setAccess({ kind: token === null ? 'needed' : 'refused' });
      else open();
    });
    return () => {
      asking.abort();
      gateway?.[Symbol.dispose]();
    };
  }, [token, attempt]);
  return access;
}
