import { useAppContext } from '../context.tsx';
import { routeHash, views } from '../route.ts';
import { useRoute } from '../use-route.ts';
import { PastLink } from '../past/past-link.tsx';
import { ConnectionStatus } from './connection-status.tsx';

/** Navigation between views; the filter by queue is kept. */
export function Header({ onSettings }: { readonly onSettings: () => void }) {
  const { texts } = useAppContext();
  const route = useRoute();
  return (
    <header className="header">
      <span className="brand" aria-hidden>
        callstream
      </span>
      <nav aria-label="callstream">
        {views.map((view) => (
          <a
            key={view}
            href={routeHash({ view, queue: route.queue, at: route.at, known: route.known })}
            aria-current={view === route.view && route.callId === null && route.number === null ? 'page' : undefined}
            title={texts.keys}
          >
            {texts.views[view]}
          </a>
        ))}
      </nav>
      {route.at === null ? <ConnectionStatus /> : null}
      <PastLink />
      <a className="plain wide-only" href={`?wallboard${location.hash}`} title={texts.keys}>
        {texts.wallboard}
      </a>
      <button className="plain" onClick={onSettings}>
        {texts.settings}
      </button>
    </header>
  );
}
