import { useId, useMemo } from 'react';
import type { ReactNode } from 'react';
import { useAppContext } from '../context.tsx';
import { replaceRoute, useRoute } from '../use-route.ts';
import { heatCells } from './heat-cells.ts';
import type { HeatCell } from './heat-cells.ts';
import { heats } from './history-route.ts';
import type { Heat, VisitList } from './history-route.ts';
import { ListLink } from './list-link.tsx';
import { LoadingProblem } from './loading-problem.tsx';
import { weekdayNames } from './part-text.ts';
import { useStats } from './use-history.ts';
import type { ShownPeriod } from './use-history.ts';

const hours = Array.from({ length: 24 }, (_, hour) => hour);
/** How much of the accent colour the greatest value gets, in percent: the text stays readable. */
const strongest = 45;

/** The visits behind a value of the heat map. */
const listOf: Readonly<Record<Heat, VisitList>> = {
  visits: 'visits',
  abandoned: 'abandoned',
  service_level: 'in_time',
};

/** Visits by weekday and hour; each value leads to its visits. */
export function HeatMap({ period: { days, queue, thresholds } }: { readonly period: ShownPeriod }) {
  const { texts, formats, settings } = useAppContext();
  const id = useId();
  const { history } = useRoute();
  const { heat } = history;
  const { answer: stats, problem } = useStats({ days, queue, interval: 'hour', threshold: thresholds[0] });
  const cells = useMemo(() => (stats ? heatCells(stats.intervals ?? [], heat, stats.time_zone) : null), [stats, heat]);
  const names = weekdayNames(settings.language, 'short');
  const list = { rows: 'visits', of: listOf[heat] } as const;
  const shownOf = (cell: HeatCell, day: number, hour: number): ReactNode => {
    const text = textOf(cell, heat, formats);
    if ((cell.value ?? 0) === 0) return text;
    const label = `${texts.visitLists[list.of]}, ${names[day] ?? ''} ${hour}: ${text}`;
    return (
      <ListLink list={list} part={{ weekday: day + 1, hour }} label={label}>
        {text}
      </ListLink>
    );
  };
  return (
    <section className="panel heat-map" aria-labelledby={id}>
      <h2 id={id}>{texts.heatMap}</h2>
      <div className="chips no-print" role="group" aria-label={texts.heatMap}>
        {heats.map((name) => (
          <button
            key={name}
            aria-pressed={name === heat}
            onClick={() => replaceRoute({ history: { ...history, heat: name } })}
          >
            {texts.heats[name]}
          </button>
        ))}
      </div>
      <LoadingProblem reason={problem} />
      {cells === null ? null : (
        <div className="scroll" role="group" aria-labelledby={id} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <td />
                {hours.map((hour) => (
                  <th key={hour} scope="col">
                    {hour}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {cells.map((row, day) => (
                <tr key={day}>
                  <th scope="row">{names[day]}</th>
                  {row.map((cell, hour) => (
                    <td key={hour} style={{ background: backgroundOf(cell) }}>
                      {shownOf(cell, day, hour)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const backgroundOf = ({ share }: HeatCell): string =>
  `color-mix(in srgb, var(--accent) ${Math.round(share * strongest)}%, transparent)`;

function textOf({ value }: HeatCell, heat: Heat, formats: ReturnType<typeof useAppContext>['formats']): string {
  if (value === null || (value === 0 && heat !== 'service_level')) return '';
  return heat === 'service_level' ? formats.percent(value) : formats.number(value);
}
