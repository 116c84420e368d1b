import { Component } from 'react';
import type { ReactNode } from 'react';

interface ErrorBoundaryProps {
  /** In place of the children after an error in one of them. */
  readonly fallback: (error: Error) => ReactNode;
  readonly children: ReactNode;
}

/** After an error in a component, shows the fallback; React alone would leave an empty screen. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { fallback, children } = this.props;
    const { error } = this.state;
    return error === null ? children : fallback(error);
  }
}
