import type { Stats, TalkTimes, VisitTotals } from '@callstream/contracts';
import type { NumberId } from '@callstream/domain';
import { useId } from 'react';
import { useAppContext } from '../context.tsx';
import { HowCounted } from '../numbers/how-counted.tsx';
import { routeHash } from '../route.ts';
import { duration } from '../text/formats.ts';
import { useRoute } from '../use-route.ts';
import type { Days } from './days.ts';
import type { RowSelection, VisitList } from './history-route.ts';
import { ListLink } from './list-link.tsx';

interface ComparisonProps {
  readonly stats: Stats;
  readonly before: Stats | null;
  /** Talk times of the period, and of the one before; null: not there yet. */
  readonly talk: TalkTimes | null;
  readonly talkBefore: TalkTimes | null;
  readonly daysBefore: Days;
}

interface ComparedNumber {
  readonly name: string;
  readonly of: NumberId;
  readonly values: readonly [now: number | null | undefined, before: number | null | undefined];
  readonly show: (value: number | null) => string;
  /** The rows behind it. */
  readonly list: RowSelection;
}

/** Totals of the period beside those of the period before. */
export function Comparison({ stats, before, talk, talkBefore, daysBefore }: ComparisonProps) {
  const { texts, formats } = useAppContext();
  const route = useRoute();
  const id = useId();
  const number = (value: number | null): string => (value === null ? '–' : formats.number(value));
  const ofVisits = (of: NumberId, { name, field, list, show = number }: OfVisitsOptions): ComparedNumber => ({
    name,
    of,
    values: [stats.total[field], before?.total[field]],
    show,
    list: { rows: 'visits', of: list },
  });
  const { percent } = formats;
  const numbers: readonly ComparedNumber[] = [
    ofVisits('visits', { name: texts.offeredVisits, field: 'visits', list: 'visits' }),
    ofVisits('answered-visits', { name: texts.answered, field: 'answered', list: 'answered' }),
    ofVisits('abandoned-visits', { name: texts.abandoned, field: 'abandoned', list: 'abandoned' }),
    ofVisits('overflowed-visits', { name: texts.flowedOut, field: 'flowed_out', list: 'flowed_out' }),
    ofVisits('service-level', { name: texts.serviceLevel, field: 'service_level', list: 'in_time', show: percent }),
    ofVisits('average-speed-of-answer', { name: texts.asa, field: 'asa_ms', list: 'answered', show: duration }),
    ofVisits('longest-wait-of-a-visit', { name: texts.longest, field: 'wait_ms_max', list: 'longest', show: duration }),
    {
      name: texts.meanTalkTime,
      of: 'mean-talk-time',
      values: [talk?.on_call_ms_mean, talkBefore?.on_call_ms_mean],
      show: duration,
      list: { rows: 'agent-calls', actor: null },
    },
  ];
  return (
    <section className="figures compared" aria-labelledby={id}>
      <h2 id={id} className="visually-hidden">
        {texts.compared}
      </h2>
      <dl>
        {numbers.map(({ name, of, values: [now = null, then = null], show, list }) => (
          <div key={of}>
            <dt>
              {name} <HowCounted of={of} name={name} />
            </dt>
            <dd>
              {(now ?? 0) === 0 ? (
                show(now)
              ) : (
                <ListLink list={list} label={`${name}: ${show(now)}`}>
                  {show(now)}
                </ListLink>
              )}
            </dd>
            <dd className="faint note">{then === null ? '' : `${texts.before} ${show(then)}${changeOf(now, then)}`}</dd>
          </div>
        ))}
      </dl>
      <p className="faint">
        {texts.compared}:{' '}
        <a
          className="leads"
          href={routeHash({ ...route, history: { ...route.history, ...daysBefore, list: null, part: null } })}
        >
          {texts.comparedWith(daysBefore.from, daysBefore.to)}
        </a>
      </p>
    </section>
  );
}

interface OfVisitsOptions {
  readonly name: string;
  readonly field: keyof VisitTotals;
  readonly list: VisitList;
  readonly show?: ComparedNumber['show'];
}

/** The change from `then` to `now` in percent; nothing if there is none to divide by. */
function changeOf(now: number | null, then: number | null): string {
  if (now === null || then === null || then === 0) return '';
  const percent = Math.round(((now - then) / then) * 100);
  return percent === 0 ? '' : ` (${percent > 0 ? '+' : '−'}${Math.abs(percent)} %)`;
}
