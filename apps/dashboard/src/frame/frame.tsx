import { lazy, Suspense, useState } from 'react';
import { AgentsView } from '../agents/agents-view.tsx';
import { CallView } from '../call/call-view.tsx';
import { CallsView } from '../calls/calls-view.tsx';
import { useCalls, useQueues, useStatus, useAppContext } from '../context.tsx';
import { NowView } from '../now/now-view.tsx';
import type { Settings } from '../settings.ts';
import { useRoute } from '../use-route.ts';
import { EmptyState } from './empty-state.tsx';
import { Header } from './header.tsx';
import { useKeyboardShortcuts } from './keyboard-shortcuts.ts';
import { Notice } from './notice.tsx';
import { useReloadOnVersionMismatch } from './version-mismatch.ts';
import { SettingsDialog } from './settings-dialog.tsx';
import { StaleBanner, ConnectionStatus } from './connection-status.tsx';

/** Charts are loaded when somebody wants to see them. */
const TodayView = lazy(async () => ({ default: (await import('../today/today-view.tsx')).TodayView }));

interface FrameProps {
  readonly onSettings: (settings: Settings) => void;
  readonly onForget: (() => void) | null;
}

/** What is around every view: where one is, how true it is, and what stands there when there is nothing to show. */
export function Frame({ onSettings, onForget }: FrameProps) {
  const { isWallboard, texts } = useAppContext();
  const [hasSettingsOpen, setSettingsOpen] = useState(false);
  useKeyboardShortcuts();
  useReloadOnVersionMismatch();
  return (
    <div className={isWallboard ? 'frame wallboard' : 'frame'}>
      {isWallboard ? null : (
        <>
          <a className="skip" href="#content" onClick={focusContent}>
            {texts.skip}
          </a>
          <Header onSettings={() => setSettingsOpen(true)} />
        </>
      )}
      <StaleBanner />
      <main id="content" tabIndex={-1}>
        <Content />
      </main>
      {isWallboard ? (
        <footer className="wallboard-foot">
          <ConnectionStatus />
        </footer>
      ) : null}
      {hasSettingsOpen ? <SettingsDialog {...{ onSettings, onForget }} onClose={() => setSettingsOpen(false)} /> : null}
    </div>
  );
}

/** The address is the route: a link within the page must not change it. */
function focusContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Content() {
  const { texts } = useAppContext();
  const { view, callId } = useRoute();
  const { connection, asOf, problem } = useStatus();
  const calls = useCalls();
  const queues = useQueues();
  const isEmpty = calls.length === 0 && queues?.queues.length === 0;
  if (connection === 'stopped')
    return (
      <Notice title={texts.stoppedTitle} text={problem ?? ''}>
        <button onClick={() => location.reload()}>{texts.reload}</button>
      </Notice>
    );
  if (asOf === null)
    return connection === 'waiting' ? (
      <Notice title={texts.awayTitle} text={texts.awayWhy} />
    ) : (
      <Notice title={texts.loading} isQuiet />
    );
  if (callId !== null) return <CallView key={callId} callId={callId} />;
  if (isEmpty && view !== 'agents') return <EmptyState />;
  switch (view) {
    case 'now':
      return <NowView />;
    case 'calls':
      return <CallsView />;
    case 'agents':
      return <AgentsView />;
    case 'today':
      return (
        <Suspense fallback={<Notice title={texts.loading} isQuiet />}>
          <TodayView />
        </Suspense>
      );
  }
}
