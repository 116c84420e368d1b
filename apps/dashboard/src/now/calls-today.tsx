import { callOutcomes } from '@callstream/domain';
import type { CallDirection } from '@callstream/domain';
import { useAppContext } from '../context.tsx';
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
          return (
            <section key={direction} aria-labelledby={`calls-today-${direction}`} data-direction={direction}>
              <h3 id={`calls-today-${direction}`}>
                {texts.directions[direction]} <span className="count">{formats.number(calls)}</span>
              </h3>
              <dl>
                {Object.entries(outcomes).map(([outcome, count]) => (
                  <div key={outcome} data-outcome={outcome}>
                    <dt>{texts.outcomeOf[outcome as keyof typeof texts.outcomeOf]}</dt>
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
