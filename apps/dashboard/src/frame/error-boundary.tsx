import { Component } from 'react';
import type { ReactNode } from 'react';
import type { Texts } from '../text/en.ts';
import { Notice } from './notice.tsx';

interface ErrorBoundaryProps {
  readonly texts: Texts;
  readonly children: ReactNode;
}

/** After an error in a component, shows the error and a way to reload; React alone would leave an empty screen. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { texts, children } = this.props;
    const { error } = this.state;
    if (error === null) return children;
    return (
      <main>
        <Notice title={texts.errorTitle} text={error.message}>
          <button onClick={() => location.reload()}>{texts.reload}</button>
        </Notice>
      </main>
    );
  }
}
