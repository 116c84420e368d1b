import { useMemo } from 'react';
import { liveCountsByQueue } from '@callstream/domain';
import { CallOutcomes } from '../call-outcomes.tsx';
import { useAppContext, useCalls, useNames, useQueues } from '../context.tsx';
import { useRoute } from '../use-route.ts';
import { Delegations } from './delegations.tsx';
import { Figures } from './figures.tsx';
import { LongestWaits } from './longest-waits.tsx';
import { queueSummaries, totalSummary } from './queue-summary.ts';
import { QueueTable } from './queue-table.tsx';

/** The current state: key figures, every queue, and the longest waits. */
export function NowView() {
  const { texts, lateCalls } = useAppContext();
  const { queue } = useRoute();
  const calls = useCalls();
  const queues = useQueues();
  const liveCounts = useMemo(() => liveCountsByQueue(calls), [calls]);
  const names = useNames();
  const summaries = useMemo(() => queueSummaries(queues, liveCounts, names), [queues, liveCounts, names]);
  const chosen = queue === null ? undefined : summaries.find((summary) => summary.queue === queue);
  const chosenQueue = chosen?.queue ?? null;
  const shown = chosen ?? totalSummary(queues, liveCounts);
  const callsOfChosen = useMemo(
    () => (chosenQueue === null ? calls : calls.filter((call) => (call.queue ?? '') === chosenQueue)),
    [calls, chosenQueue],
  );
  return (
    <div className="now">
      <Figures summary={shown} isTotal={chosenQueue === null} />
      <div className="now-rest">
        <QueueTable queues={summaries} chosen={chosenQueue} />
        <LongestWaits calls={callsOfChosen} />
      </div>
      {/* Read as of now, so no part of a past board; calls without a queue cannot be asked for. */}
      {lateCalls === null && chosenQueue !== '' ? <Delegations queue={chosenQueue} /> : null}
      <CallOutcomes id="calls-today" title={texts.callsToday} calls={shown.callsToday} />
    </div>
  );
}
