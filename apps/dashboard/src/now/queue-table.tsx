import { useNow } from '../clock.tsx';
import { useAppContext } from '../context.tsx';
import { QueueName } from '../names/named.tsx';
import { exitCounts, otherExitsOf } from '../other-exits.ts';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useRoute } from '../use-route.ts';
import { VirtualRows } from '../virtual-rows.tsx';
import type { VirtualRowProps } from '../virtual-rows.tsx';
import { AgentBar } from './agent-bar.tsx';
import { SeverityMark } from './severity-mark.tsx';
import { severitiesOf } from './queue-summary.ts';
import type { QueueSummary } from './queue-summary.ts';

interface QueueTableProps {
  readonly queues: readonly QueueSummary[];
  /** The queue that the key figures are of; null: all queues. */
  readonly chosen: string | null;
}

const queueOf = ({ queue }: QueueSummary): string => queue;

/** One row per queue. */
export function QueueTable({ queues, chosen }: QueueTableProps) {
  const { texts } = useAppContext();
  // Only some systems say why a caller left a queue.
  const hasOtherExits = queues.some(({ today }) => otherExitsOf(today) > 0);
  return (
    <section className="panel queues" aria-labelledby="queues">
      <h2 id="queues">{texts.queues}</h2>
      <table aria-rowcount={queues.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{texts.queue}</th>
            <th scope="col">{texts.waiting}</th>
            <th scope="col">{texts.longest}</th>
            <th scope="col">{texts.talking}</th>
            <th scope="col" className="left">
              {texts.agents}
            </th>
            <th scope="col">{texts.answered}</th>
            <th scope="col">{texts.abandoned}</th>
            {hasOtherExits ? <th scope="col">{texts.otherExits}</th> : null}
            <th scope="col">{texts.serviceLevel}</th>
            <th scope="col">
              <abbr title={texts.asaLong}>{texts.asa}</abbr>
            </th>
          </tr>
        </thead>
        <VirtualRows rows={queues} keyOf={queueOf} columns={hasOtherExits ? 10 : 9}>
          {(summary, row) => (
            <QueueRow
              key={summary.queue}
              summary={summary}
              isChosen={summary.queue === chosen}
              hasOtherExits={hasOtherExits}
              row={row}
            />
          )}
        </VirtualRows>
      </table>
    </section>
  );
}

interface QueueRowProps {
  readonly summary: QueueSummary;
  readonly isChosen: boolean;
  readonly hasOtherExits: boolean;
  readonly row: VirtualRowProps;
}

function QueueRow({ summary, isChosen, hasOtherExits, row }: QueueRowProps) {
  const { texts, formats, settings } = useAppContext();
  const { at, known } = useRoute();
  const now = useNow();
  const { queue, waiting, longestWaitingSince, talking, agents, today } = summary;
  const severities = severitiesOf(summary, settings.thresholds, now);
  return (
    <tr {...row} className={isChosen ? 'chosen' : undefined}>
      <th scope="row">
        <a
          href={routeHash({ view: 'now', queue: isChosen ? null : queue, at, known })}
          aria-current={isChosen ? 'true' : undefined}
        >
          <QueueName queue={queue} />
        </a>
      </th>
      <td data-name={texts.waiting} className="strong">
        {formats.number(waiting)}
      </td>
      <td data-name={texts.longest} className="strong">
        <SeverityMark severity={severities.wait}>
          {duration(longestWaitingSince === null ? null : now - longestWaitingSince)}
        </SeverityMark>
      </td>
      <td data-name={texts.talking} className="strong">
        {formats.number(talking)}
      </td>
      <td data-name={texts.agents} className="left">
        <AgentBar agents={agents} />
      </td>
      <td data-name={texts.answered}>{formats.number(today.answered)}</td>
      <td data-name={texts.abandoned}>
        <SeverityMark severity={severities.abandoned}>{formats.number(today.abandoned)}</SeverityMark>
      </td>
      {hasOtherExits ? (
        <td data-name={texts.otherExits}>
          <OtherExits today={today} />
        </td>
      ) : null}
      <td data-name={texts.serviceLevel}>
        <SeverityMark severity={severities.serviceLevel}>{formats.percent(today.service_level)}</SeverityMark>
      </td>
      <td data-name={texts.asa}>{duration(today.asa_ms)}</td>
    </tr>
  );
}

/** Their number; which they are is shown below it. */
function OtherExits({ today }: Pick<QueueSummary, 'today'>) {
  const { texts, formats } = useAppContext();
  return (
    <div className="exits">
      {formats.number(otherExitsOf(today))}
      {exitCounts(today).map(([exit, count]) => (
        <div key={exit} className="faint">
          {texts.exitOf[exit]} {formats.number(count)}
        </div>
      ))}
    </div>
  );
}
