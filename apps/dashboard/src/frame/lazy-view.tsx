import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { ComponentType } from 'react';
import { useStatus, useTexts } from '../context.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { loadPart, PartNotLoaded } from './load-part.ts';
import { Notice } from './notice.tsx';

/**
 * A view that is loaded on demand, within an error boundary of its own: if it fails, the frame and the other views go on. A view
 * that could not be loaded is loaded again when it is opened again, or as soon as the connection is back.
 */
export function lazyView<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  // React remembers the failure of a lazy component, so another attempt needs another component.
  const create = () =>
    lazy(async () => {
      try {
        return { default: await loadPart(load) };
      } catch (error) {
        current = create();
        throw error;
      }
    });
  let current = create();
  return function LazyView(props) {
    const texts = useTexts();
    const [View, setView] = useState(() => current);
    const [attempts, setAttempts] = useState(0);
    const retry = (): void => {
      setView(() => current);
      setAttempts(attempts + 1);
    };
    return (
      <ErrorBoundary key={attempts} fallback={(error) => <FailedView error={error} onReconnected={retry} />}>
        <Suspense fallback={<Notice title={texts.loading} isDelayed />}>
          <View {...props} />
        </Suspense>
      </ErrorBoundary>
    );
  };
}

interface FailedViewProps {
  readonly error: Error;
  readonly onReconnected: () => void;
}

function FailedView({ error, onReconnected }: FailedViewProps) {
  const texts = useTexts();
  const isLoaded = !(error instanceof PartNotLoaded);
  const isLive = useStatus().connection === 'live';
  const wasLive = useRef(isLive);
  useEffect(() => {
    if (isLive && !wasLive.current && !isLoaded) onReconnected();
    wasLive.current = isLive;
  }, [isLive, isLoaded, onReconnected]);
  return (
    <Notice
      title={isLoaded ? texts.viewErrorTitle : texts.notLoadedTitle}
      text={isLoaded ? error.message : texts.notLoadedWhy}
    >
      <button onClick={() => location.reload()}>{texts.reload}</button>
    </Notice>
  );
}
