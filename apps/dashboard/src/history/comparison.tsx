import type { Stats, VisitTotals } from '@callstream/contracts';
import type { NumberId } from '@callstream/domain';
import { useId } from 'react';
import { useAppContext } from '../context.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { duration } from '../text/formats.ts';
import type { Days } from './days.ts';

interface ComparisonProps {
  readonly stats: Stats;
  readonly before: Stats | null;
  readonly daysBefore: Days;
}

interface ComparedNumber {
  readonly name: string;
  readonly of: NumberId;
  readonly value: (totals: VisitTotals) => number | null;
  readonly show: (value: number | null) => string;
}

/** Totals of the period beside those of the period before. */
export function Comparison({ stats, before, daysBefore }: ComparisonProps) {
  const { texts, formats } = useAppContext();
  const id = useId();
  const number = (value: number | null): string => (value === null ? '–' : formats.number(value));
  const numbers: readonly ComparedNumber[] = [
    { name: texts.offeredVisits, of: 'visits', value: ({ visits }) => visits, show: number },
    { name: texts.answered, of: 'answered-visits', value: ({ answered }) => answered, show: number },
    { name: texts.abandoned, of: 'abandoned-visits', value: ({ abandoned }) => abandoned, show: number },
    {
      name: texts.serviceLevel,
      of: 'service-level',
      value: ({ service_level }) => service_level,
      show: formats.percent,
    },
    { name: texts.asa, of: 'average-speed-of-answer', value: ({ asa_ms }) => asa_ms, show: duration },
    { name: texts.longest, of: 'longest-wait-of-a-visit', value: ({ wait_ms_max }) => wait_ms_max, show: duration },
  ];
  return (
    <section className="figures compared" aria-labelledby={id}>
      <h2 id={id} className="visually-hidden">
        {texts.compared}
      </h2>
      <dl>
        {numbers.map(({ name, of, value, show }) => {
          const [now, then] = [value(stats.total), before && value(before.total)];
          return (
            <div key={of}>
              <dt>
                {name} <HowCounted of={of} name={name} />
              </dt>
              <dd>{show(now)}</dd>
              <dd className="faint note">
                {then === null ? '' : `${texts.before} ${show(then)}${changeOf(now, then)}`}
              </dd>
            </div>
          );
        })}
      </dl>
      <p className="faint">{texts.comparedWith(daysBefore.from, daysBefore.to)}</p>
    </section>
  );
}

/** The change from `then` to `now` in percent; nothing if there is none to divide by. */
function changeOf(now: number | null, then: number | null): string {
  if (now === null || then === null || then === 0) return '';
  const percent = Math.round(((now - then) / then) * 100);
  return percent === 0 ? '' : ` (${percent > 0 ? '+' : '−'}${Math.abs(percent)} %)`;
}
