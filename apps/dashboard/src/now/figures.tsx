import type { LiveCalls, NumberId } from '@callstream/domain';
import type { ReactNode } from 'react';
import { useNow } from '../clock.tsx';
import { useQueues, useAppContext } from '../context.tsx';
import { QueueName } from '../names/named.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import type { Severity } from '../settings.ts';
import { duration } from '../text/formats.ts';
import { SeverityMark } from './severity-mark.tsx';
import { severitiesOf } from './queue-summary.ts';
import type { QueueSummary } from './queue-summary.ts';

/** Key figures, large enough to be read from afar. */
export function Figures({ summary, isTotal }: { readonly summary: QueueSummary; readonly isTotal: boolean }) {
  const { texts, formats, settings } = useAppContext();
  const now = useNow();
  const serviceLevelSeconds = useQueues()?.service_level_seconds;
  const { longestWaitingSince, outbound, internal, agents, today, callsToday } = summary;
  const severities = severitiesOf(summary, settings.thresholds, now);
  const loggedIn = agents.on_call + agents.ringing + agents.wrap_up + agents.available + agents.paused;
  const besides = (count: keyof LiveCalls): string => texts.besides(outbound[count], internal[count]);
  // A call centre without queues has no visits, but its calls are answered all the same.
  const hasVisits = today.visits > 0;
  const answered = hasVisits ? today.answered : callsToday.inbound.answered_without_queue;
  return (
    <section className="figures" aria-labelledby="figures-of">
      <h1 id="figures-of">
        {isTotal ? (
          texts.total
        ) : (
          <>
            {texts.queue} <QueueName queue={summary.queue} />
          </>
        )}
      </h1>
      <dl>
        <Figure name={texts.waiting} of="waiting-callers" note={besides('waiting')} isBig>
          {formats.number(summary.waiting)}
        </Figure>
        <Figure name={texts.longest} of="longest-wait" severity={severities.wait} isBig>
          {duration(longestWaitingSince === null ? null : now - longestWaitingSince)}
        </Figure>
        <Figure name={texts.talking} of="talking-callers" note={besides('talking')} isBig>
          {formats.number(summary.talking)}
        </Figure>
        <Figure
          name={texts.serviceLevel}
          of="service-level"
          severity={severities.serviceLevel}
          note={serviceLevelSeconds === undefined ? '' : texts.within(serviceLevelSeconds)}
          isBig
        >
          {formats.percent(today.service_level)}
        </Figure>
        <Figure name={texts.presences.available} of="agents-available" note={texts.ofAgents(loggedIn)}>
          {formats.number(agents.available)}
        </Figure>
        <Figure
          name={texts.answered}
          of={hasVisits || answered === 0 ? 'answered-visits' : 'inbound-calls-answered-without-a-queue'}
          note={hasVisits || answered === 0 ? texts.sinceMidnight : texts.withoutQueue}
        >
          {formats.number(answered)}
        </Figure>
        <Figure
          name={texts.abandoned}
          of="abandoned-visits"
          severity={severities.abandoned}
          note={today.abandon_rate === null ? texts.sinceMidnight : formats.percent(today.abandon_rate)}
        >
          {formats.number(today.abandoned)}
        </Figure>
        <Figure name={texts.asa} title={texts.asaLong} of="average-speed-of-answer" note={texts.sinceMidnight}>
          {duration(today.asa_ms)}
        </Figure>
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  /** What an abbreviation stands for. */
  readonly title?: string;
  readonly of: NumberId;
  readonly severity?: Severity;
  readonly note?: string;
  readonly isBig?: boolean;
  readonly children: ReactNode;
}

const Figure = ({ name, title, of, severity = 'ok', note, isBig = false, children }: FigureProps) => (
  <div className={`figure ${isBig ? 'big' : 'small'} is-${severity}`}>
    <dt>
      {title === undefined ? name : <abbr title={title}>{name}</abbr>} <HowCounted of={of} name={name} />
    </dt>
    <dd className="figure-value">
      <SeverityMark severity={severity}>{children}</SeverityMark>
    </dd>
    {note === undefined ? null : <dd className="figure-note">{note}</dd>}
  </div>
);
