import { callOutcomes } from '@callstream/domain';
import type { CallDirection, NumberId } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { numberOfOutcome } from '../numbers/tile-numbers.ts';
import type { QueueSummary } from './queue-summary.ts';

const directions = Object.keys(callOutcomes) as CallDirection[];

/** The calls of today, by direction and outcome: also of a call centre without queues. */
export function CallsToday({ callsToday }: Pick<QueueSummary, 'callsToday'>) {
  const { texts, formats } = useAppContext();
  return (
    <section className="panel calls-today" aria-labelledby="calls-today">
      <h2 id="calls-today">{texts.callsToday}</h2>
      <div className="directions">
        {directions.map((direction) => {
          const { calls, ...outcomes } = callsToday[direction];
          const numbers: Readonly<Record<string, NumberId>> = numberOfOutcome[direction];
          return (
            <section key={direction} aria-labelledby={`calls-today-${direction}`} data-direction={direction}>
              <h3 id={`calls-today-${direction}`}>
                {texts.directions[direction]} <span className="count">{formats.number(calls)}</span>
                <HowCounted of={numberOfOutcome[direction].calls} name={texts.directions[direction]} />
              </h3>
              <dl>
                {Object.entries(outcomes).map(([outcome, count]) => (
                  <div key={outcome} data-outcome={outcome}>
                    <dt>
                      <span>{texts.outcomeOf[outcome as keyof typeof texts.outcomeOf]}</span>{' '}
                      <HowCounted
                        of={numbers[outcome] ?? 'calls-by-outcome'}
                        name={texts.outcomeOf[outcome as keyof typeof texts.outcomeOf]}
                      />
                    </dt>
                    <dd>{formats.number(count)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </section>
  );
}
