import type { PastBoard } from '@callstream/contracts';
import { useAppContext } from '../context.tsx';
import { routeHash } from '../route.ts';
import { useRoute } from '../use-route.ts';
import type { WantedBoard } from './use-past-board.ts';

interface PastBannerProps extends Pick<WantedBoard, 'at' | 'known'> {
  readonly board: PastBoard | null;
  readonly problem: string | null;
}

/** Says that the view is not live, of when it is, and how it differs from what was known then. */
export function PastBanner({ at, known, board, problem }: PastBannerProps) {
  const { texts, formats, isWallboard } = useAppContext();
  const route = useRoute();
  const { past } = texts;
  const late = board?.late_events ?? 0;
  return (
    <div className="past-banner">
      <p>
        <strong>
          <span aria-hidden>◷</span> {past.asOf} <time dateTime={new Date(at).toISOString()}>{formats.day(at)}</time>
        </strong>{' '}
        {past.notLive}{' '}
        {isWallboard ? null : (
          <a href={routeHash({ ...route, at: null, known: 'now', isDifference: false })}>{past.backToLive}</a>
        )}
      </p>
      <p className="past-notes" role="status">
        {problem === null ? null : <span className="past-problem">{past.failed(problem)} </span>}
        {board?.note === undefined ? null : <span>{past.beforeLog} </span>}
        {late === 0 ? null : <span className="past-late">{past.late(late, known)}</span>}
      </p>
    </div>
  );
}
