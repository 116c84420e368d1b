import type { ReactNode } from 'react';
import { useTexts } from '../context.tsx';
import type { Severity } from '../settings.ts';

const signs = { ok: '', warn: '▲', bad: '◆' } as const;

/** A number with how bad it is: as colour, as a sign, and as a word for who hears the page. */
export function SeverityMark({ level, children }: { readonly level: Severity; readonly children: ReactNode }) {
  const texts = useTexts();
  return (
    <span className={`level-${level}`}>
      {level === 'ok' ? null : (
        <>
          <span className="sign" aria-hidden>
            {signs[level]}
          </span>
          <span className="heard">{texts.levels[level]}: </span>
        </>
      )}
      {children}
    </span>
  );
}
