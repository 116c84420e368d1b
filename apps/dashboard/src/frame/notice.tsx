import type { ReactNode } from 'react';

interface NoticeProps {
  readonly title: string;
  readonly text?: string;
  /** Shown only after a moment: most of the time it is over before. */
  readonly isQuiet?: boolean;
  readonly children?: ReactNode;
}

/** What stands in the middle when there is nothing to show: what is the matter, and what to do. */
export function Notice({ title, text, isQuiet = false, children }: NoticeProps) {
  return (
    <section className={isQuiet ? 'notice quiet' : 'notice'}>
      <h1>{title}</h1>
      {text === undefined ? null : <p>{text}</p>}
      {children}
    </section>
  );
}
