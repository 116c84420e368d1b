import { callOutcomes } from '@callstream/domain';
import type { CallDirection } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { numberOfOutcome } from '../numbers/tile-numbers.ts';
import type { QueueSummary } from './queue-summary.ts';

/** The calls of today, by direction and outcome: also of a call centre without queues. */
export function CallsToday({ callsToday }: Pick<QueueSummary, 'callsToday'>) {
  const { texts } = useAppContext();
  return (
    <section className="panel calls-today" aria-labelledby="calls-today">
      <h2 id="calls-today">{texts.callsToday}</h2>
      <div className="directions">
        <CallsOfDirection direction="inbound" counts={callsToday.inbound} />
        <CallsOfDirection direction="outbound" counts={callsToday.outbound} />
        <CallsOfDirection direction="internal" counts={callsToday.internal} />
      </div>
    </section>
  );
}

type OutcomeOf<Direction extends CallDirection> = (typeof callOutcomes)[Direction][number];

interface CallsOfDirectionProps<Direction extends CallDirection> {
  readonly direction: Direction;
  readonly counts: Readonly<Record<OutcomeOf<Direction> | 'calls', number>>;
}

function CallsOfDirection<Direction extends CallDirection>({ direction, counts }: CallsOfDirectionProps<Direction>) {
  const { texts, formats } = useAppContext();
  const outcomes: readonly OutcomeOf<Direction>[] = callOutcomes[direction];
  const numbers = numberOfOutcome[direction];
  return (
    <section aria-labelledby={`calls-today-${direction}`} data-direction={direction}>
      <h3 id={`calls-today-${direction}`}>
        {texts.directions[direction]} <span className="count">{formats.number(counts.calls)}</span>
        <HowCounted of={numbers.calls} name={texts.directions[direction]} />
      </h3>
      <dl>
        {outcomes.map((outcome) => (
          <div key={outcome} data-outcome={outcome}>
            <dt>
              <span>{texts.outcomeOf[outcome]}</span>{' '}
              <HowCounted of={numbers[outcome]} name={texts.outcomeOf[outcome]} />
            </dt>
            <dd>{formats.number(counts[outcome])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
