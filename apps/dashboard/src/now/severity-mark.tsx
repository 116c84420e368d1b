import type { ReactNode } from 'react';
import { useTexts } from '../context.tsx';
import type { Severity } from '../settings.ts';

const signs = { ok: '', warn: '▲', bad: '◆' } as const;

/** A number with its severity: as a colour, a sign, and a word for screen readers. */
export function SeverityMark({ severity, children }: { readonly severity: Severity; readonly children: ReactNode }) {
  const texts = useTexts();
  return (
    <span className={`level-${severity}`}>
      {severity === 'ok' ? null : (
        <>
          <span className="sign" aria-hidden>
            {signs[severity]}
          </span>
          <span className="visually-hidden">{texts.severities[severity]}: </span>
        </>
      )}
      {children}
    </span>
  );
}
