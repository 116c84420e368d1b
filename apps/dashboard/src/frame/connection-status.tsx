import { useNow } from '../clock.tsx';
import { useStatus, useAppContext } from '../context.tsx';
import { duration } from '../text/formats.ts';

/** How fresh the data are: state of the connection, time, and lag in records. */
export function ConnectionStatus() {
  const { texts, formats } = useAppContext();
  const { connection, asOf, lag, isStale } = useStatus();
  const labels = {
    live: texts.live,
    connecting: texts.connecting,
    waiting: texts.reconnecting,
    stopped: texts.stopped,
  } as const;
  const isFresh = connection === 'live' && !isStale;
  return (
    <div className={isFresh ? 'connection-status' : 'connection-status is-doubtful'} data-connection={connection}>
      <span className="connection-state" role="status">
        <span aria-hidden>{isFresh ? '●' : '◌'}</span> {labels[connection]}
      </span>
      {asOf === null ? null : (
        <span className="connection-as-of">
          {texts.asOf} <time dateTime={new Date(asOf).toISOString()}>{formats.clock(asOf)}</time>
          <span className="connection-lag"> · {texts.lag(formats.number(lag))}</span>
        </span>
      )}
    </div>
  );
}

/** Banner across the page while the data are stale or the versions differ. */
export function StaleBanner() {
  const { texts } = useAppContext();
  const { isStale, isOtherVersion, asOf, problem, connection } = useStatus();
  const now = useNow();
  if (asOf === null || connection === 'stopped') return null;
  if (!isStale && connection === 'live')
    return isOtherVersion ? (
      <div className="stale" role="alert">
        <span aria-hidden>▲</span> {texts.otherVersion}
      </div>
    ) : null;
  return (
    <div className="stale" role="alert">
      <strong>
        <span aria-hidden>▲</span> {isStale ? texts.staleTitle(duration(now - asOf)) : texts.reconnecting}
      </strong>{' '}
      <span>{isStale ? texts.staleWhy : problem}</span>
    </div>
  );
}
