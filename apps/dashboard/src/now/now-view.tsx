import { useMemo } from 'react';
import { useNow } from '../clock.tsx';
import { useCalls, useQueues } from '../context.tsx';
import { useRoute } from '../use-route.ts';
import { Figures } from './figures.tsx';
import { liveCountsByQueue } from './live-counts.ts';
import { LongestWaits } from './longest-waits.tsx';
import { queueSummaries, totalSummary } from './queue-summary.ts';
import { QueueTable } from './queue-table.tsx';

/** What goes on now: the numbers to be read from afar, every queue, and who has waited for longest. */
export function NowView() {
  const { queue } = useRoute();
  const calls = useCalls();
  const queues = useQueues();
  const now = useNow();
  const floors = useMemo(() => liveCountsByQueue(calls, now), [calls, now]);
  const all = queueSummaries(queues, floors);
  const chosen = queue === null ? undefined : all.find((facts) => facts.queue === queue);
  return (
    <div className="now">
      <Figures facts={chosen ?? totalSummary(queues, floors)} isTotal={!chosen} />
      <div className="now-rest">
        <QueueTable queues={all} chosen={chosen?.queue ?? null} />
        <LongestWaits calls={chosen ? calls.filter((call) => (call.queue ?? '') === queue) : calls} />
      </div>
    </div>
  );
}
