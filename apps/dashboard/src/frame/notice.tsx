import type { ReactNode } from 'react';

interface NoticeProps {
  readonly title: string;
  readonly text?: string;
  /** Appears after a short delay, so that a notice that is soon replaced does not flicker. */
  readonly isDelayed?: boolean;
  readonly children?: ReactNode;
}

/** Stands in the place of a view: why there is nothing to show, and what to do. */
export function Notice({ title, text, isDelayed = false, children }: NoticeProps) {
  return (
    <section className={isDelayed ? 'notice delayed' : 'notice'}>
      <h1>{title}</h1>
      {text === undefined ? null : <p>{text}</p>}
      {children}
    </section>
  );
}
