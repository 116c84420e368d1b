import { useId } from 'react';
import type { Texts } from '../text/en.ts';
import { Notice } from './notice.tsx';

interface TokenPromptProps {
  readonly texts: Texts;
  readonly isRefused: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for the token that the gateway requires. The tab keeps it until it is closed. */
export function TokenPrompt({ texts, isRefused, onToken }: TokenPromptProps) {
  const id = useId();
  const submit = (form: FormData): void => {
    const token = form.get('token');
    if (typeof token === 'string' && token.trim() !== '') onToken(token.trim());
  };
  return (
    <main>
      <Notice title={texts.tokenTitle} text={isRefused ? texts.tokenRefused : texts.tokenWhy}>
        <form action={submit} className="token">
          <label htmlFor={id}>{texts.token}</label>
          <input id={id} name="token" type="password" autoComplete="off" spellCheck={false} required />
          <button>{texts.tokenUse}</button>
        </form>
      </Notice>
    </main>
  );
}
