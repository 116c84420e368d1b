import { useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';
import { AppContextProvider, useAppContext } from '../context.tsx';
import { Notice } from '../frame/notice.tsx';
import { useRoute } from '../use-route.ts';
import { createPastGateway } from './past-gateway.ts';
import { DifferenceTable } from './difference-table.tsx';
import { PastBanner } from './past-banner.tsx';
import { TimeControls } from './time-controls.tsx';
import { useMoment } from './use-moment.ts';
import { usePastBoard } from './use-past-board.ts';
import type { WantedBoard } from './use-past-board.ts';

interface PastViewProps extends Pick<WantedBoard, 'at' | 'known'> {
  readonly children: ReactNode;
}

/** A view as of a past moment, which can be moved and played. */
export function PastView({ at: routeAt, known, children }: PastViewProps) {
  const context = useAppContext();
  const { texts, gateway: live, isWallboard } = context;
  const moment = useMoment({ routeAt, now: live.client.now });
  const { view, isDifference } = useRoute();
  const { board, problem } = usePastBoard({ at: moment.at, known, finished: view === 'calls' });
  const past = useMemo(() => createPastGateway(live), [live]);
  const lateCalls = useMemo(() => new Set(board?.late_calls), [board]);
  const pastContext = useMemo(() => ({ ...context, gateway: past.gateway, lateCalls }), [context, past, lateCalls]);
  useEffect(() => {
    if (board) past.show(board);
  }, [past, board]);
  return (
    <div className="past">
      <PastBanner at={moment.at} known={known} board={board} problem={problem} />
      {isWallboard ? null : <TimeControls moment={moment} known={known} />}
      {isDifference && !isWallboard ? <DifferenceTable at={moment.at} /> : null}
      {board === null ? (
        <Notice title={problem ?? texts.loading} isDelayed />
      ) : (
        <AppContextProvider value={pastContext}>{children}</AppContextProvider>
      )}
    </div>
  );
}
