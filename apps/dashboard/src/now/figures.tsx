import type { ReactNode } from 'react';
import { useNow } from '../clock.tsx';
import { useQueues, useAppContext } from '../context.tsx';
import type { Severity } from '../settings.ts';
import { duration } from '../text/formats.ts';
import { SeverityMark } from './severity-mark.tsx';
import { severitiesOf } from './queue-summary.ts';
import type { QueueSummary } from './queue-summary.ts';

/** The numbers to be read from the other side of the room. */
export function Figures({ facts, isTotal }: { readonly facts: QueueSummary; readonly isTotal: boolean }) {
  const { texts, formats, settings } = useAppContext();
  const now = useNow();
  const within = useQueues()?.service_level_seconds;
  const { longestSince, agents, today } = facts;
  const levels = severitiesOf(facts, settings.thresholds, now);
  const present = agents.on_call + agents.ringing + agents.available + agents.paused;
  return (
    <section className="figures" aria-labelledby="figures-of">
      <h1 id="figures-of">
        {isTotal ? texts.total : `${texts.queue} ${facts.queue === '' ? texts.noQueue : facts.queue}`}
      </h1>
      <dl>
        <Figure name={texts.waiting} isBig>
          {formats.number(facts.waiting)}
        </Figure>
        <Figure name={texts.longest} level={levels.wait} isBig>
          {duration(longestSince === null ? null : now - longestSince)}
        </Figure>
        <Figure name={texts.talking} isBig>
          {formats.number(facts.talking)}
        </Figure>
        <Figure
          name={texts.serviceLevel}
          level={levels.serviceLevel}
          note={within === undefined ? '' : texts.within(within)}
          isBig
        >
          {formats.percent(today.service_level)}
        </Figure>
        <Figure name={texts.presences.available} note={texts.ofAgents(present)}>
          {formats.number(agents.available)}
        </Figure>
        <Figure name={texts.answered} note={texts.sinceMidnight}>
          {formats.number(today.answered)}
        </Figure>
        <Figure
          name={texts.abandoned}
          level={levels.abandoned}
          note={today.abandon_rate === null ? texts.sinceMidnight : formats.percent(today.abandon_rate)}
        >
          {formats.number(today.abandoned)}
        </Figure>
        <Figure name={texts.asa} note={texts.sinceMidnight}>
          {duration(today.asa_ms)}
        </Figure>
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly level?: Severity;
  readonly note?: string;
  readonly isBig?: boolean;
  readonly children: ReactNode;
}

const Figure = ({ name, level = 'ok', note, isBig = false, children }: FigureProps) => (
  <div className={`figure ${isBig ? 'big' : 'small'} is-${level}`}>
    <dt>{name}</dt>
    <dd className="figure-value">
      <SeverityMark level={level}>{children}</SeverityMark>
    </dd>
    {note === undefined ? null : <dd className="figure-note">{note}</dd>}
  </div>
);
