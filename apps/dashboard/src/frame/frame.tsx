import { useState } from 'react';
import { AgentsView } from '../agents/agents-view.tsx';
import { CallView } from '../call/call-view.tsx';
import { CallsView } from '../calls/calls-view.tsx';
import { useCalls, useQueues, useStatus, useAppContext } from '../context.tsx';
import { NowView } from '../now/now-view.tsx';
import { pastViews } from '../route.ts';
import type { Settings } from '../settings.ts';
import { useRoute } from '../use-route.ts';
import { Header } from './header.tsx';
import { useKeyboardShortcuts } from './keyboard-shortcuts.ts';
import { lazyView } from './lazy-view.tsx';
import { Notice } from './notice.tsx';
import { useReloadOnVersionMismatch } from './version-mismatch.ts';
import { SettingsDialog } from './settings-dialog.tsx';
import { StaleBanner, ConnectionStatus } from './connection-status.tsx';

/** Loaded on demand, because of the chart library. */
const TodayView = lazyView(async () => (await import('../today/today-view.tsx')).TodayView);

/** Loaded on demand, as is its chart. */
const HistoryView = lazyView(async () => (await import('../history/history-view.tsx')).HistoryView);

/** Loaded on demand, because of its texts. */
const NumbersView = lazyView(async () => (await import('../numbers/numbers-view.tsx')).NumbersView);

/** Loaded on demand, because few look back. */
const PastView = lazyView(async () => (await import('../past/past-view.tsx')).PastView);

interface FrameProps {
  readonly onSettings: (settings: Settings) => void;
  readonly onForget: (() => void) | null;
}

/** The frame around every view: navigation, connection status, and notices in the place of a view. */
export function Frame({ onSettings, onForget }: FrameProps) {
  const { isWallboard, texts } = useAppContext();
  const [isSettingsOpen, setSettingsOpen] = useState(false);
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
      {isSettingsOpen ? (
        <SettingsDialog onSettings={onSettings} onForget={onForget} onClose={() => setSettingsOpen(false)} />
      ) : null}
    </div>
  );
}

/** The hash is the route, so a link within the page must not change it. */
function focusContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Content() {
  const { texts } = useAppContext();
  const { view, callId, number, at, known } = useRoute();
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
      <Notice title={texts.unavailableTitle} text={texts.unavailableWhy} />
    ) : (
      <Notice title={texts.loading} isDelayed />
    );
  if (number !== null) return <NumbersView />;
  if (callId !== null) return <CallView key={callId} callId={callId} />;
  const isPast = at !== null && pastViews.some((past) => past === view);
  if (isPast)
    return (
      <PastView at={at} known={known}>
        <View />
      </PastView>
    );
  if (isEmpty && view !== 'agents' && view !== 'history') return <EmptyState />;
  return <View />;
}

function View() {
  switch (useRoute().view) {
    case 'now':
      return <NowView />;
    case 'calls':
      return <CallsView />;
    case 'agents':
      return <AgentsView />;
    case 'history':
      return <HistoryView />;
    case 'today':
      return <TodayView />;
  }
}

/** The default address of ingest; the page does not know the real one. */
const exampleCommand = `curl -H 'content-type: application/json' \\
  -d '{"type":"call.waiting","call_id":"1","queue":"900"}' \\
  http://127.0.0.1:3000/webhook`;

/** No event yet: how to send one. */
function EmptyState() {
  const { texts } = useAppContext();
  return (
    <Notice title={texts.emptyTitle} text={texts.emptyWhy}>
      {/* It scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0}>{exampleCommand}</pre>
      <pre>npm run simulate</pre>
    </Notice>
  );
}
