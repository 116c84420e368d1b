import { useNow } from '../clock.tsx';
import { useStatus, useAppContext } from '../context.tsx';
import { duration } from '../text/formats.ts';

/** How much of what is shown may be believed: the connection, as of when, and how far behind. */
export function ConnectionStatus() {
  const { texts, formats } = useAppContext();
  const { connection, asOf, lag, isStale } = useStatus();
  const words = {
    live: texts.live,
    connecting: texts.connecting,
    waiting: texts.reconnecting,
    stopped: texts.stopped,
  } as const;
  const isGood = connection === 'live' && !isStale;
  return (
    <div className={isGood ? 'truth' : 'truth doubtful'} data-connection={connection}>
      <span className="truth-connection" role="status">
        <span aria-hidden>{isGood ? '●' : '◌'}</span> {words[connection]}
      </span>
      {asOf === null ? null : (
        <span className="truth-age">
          {texts.asOf} <time dateTime={new Date(asOf).toISOString()}>{formats.clock(asOf)}</time>
          <span className="truth-lag"> · {texts.behind(formats.number(lag))}</span>
        </span>
      )}
    </div>
  );
}

/** Across the page when what is shown is old, or may be wrong. */
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
