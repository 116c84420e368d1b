import { useAppContext } from '../context.tsx';
import { QueueFilter } from '../calls/queue-filter.tsx';
import type { HistoryRoute } from './history-route.ts';
import { replaceRoute, useRoute } from '../use-route.ts';
import { DayField } from './day-field.tsx';
import { divisions, presetDays, presets, withFrom, withTo } from './days.ts';
import type { ShownPeriod } from './use-history.ts';

/** Chooses the period, its division, the queue, and one or two thresholds; the address has all of them. */
export function PeriodForm({ period }: { readonly period: ShownPeriod }) {
  const { texts } = useAppContext();
  const { history } = useRoute();
  const { days, by, today } = period;
  // Another period has other parts, so no list of visits stays open.
  const change = (part: Partial<HistoryRoute>): void =>
    replaceRoute({ history: { ...history, list: null, part: null, ...part } });
  return (
    <form className="filters no-print" onSubmit={(event) => event.preventDefault()}>
      <div className="chips" role="group" aria-label={texts.period}>
        {presets.map((preset) => {
          const chosen = presetDays(preset, today);
          return (
            <button
              key={preset}
              type="button"
              aria-pressed={chosen.from === days.from && chosen.to === days.to}
              onClick={() => change({ ...chosen, by: null })}
            >
              {texts.presets[preset]}
            </button>
          );
        })}
      </div>
      <DayField
        label={texts.from}
        day={days.from}
        isTurnedAround={(day) => day > days.to}
        onChange={(day) => change(withFrom(days, day))}
      />
      <DayField
        label={texts.until}
        day={days.to}
        isTurnedAround={(day) => day < days.from}
        onChange={(day) => change(withTo(days, day))}
      />
      <label>
        {texts.by}{' '}
        <select
          value={by}
          onChange={({ target }) => change({ by: divisions.find((name) => name === target.value) ?? null })}
        >
          {divisions.map((name) => (
            <option key={name} value={name}>
              {texts.divisions[name]}
            </option>
          ))}
        </select>
      </label>
      <QueueFilter calls={noCalls} queue={period.queue} />
      <Thresholds period={period} onChange={(thresholds) => change({ thresholds })} />
    </form>
  );
}

const noCalls: readonly never[] = [];

interface ThresholdsProps {
  readonly period: ShownPeriod;
  readonly onChange: (thresholds: readonly number[]) => void;
}

/** An empty field is the threshold of the gateway, and no second one. */
function Thresholds({ period: { thresholds }, onChange }: ThresholdsProps) {
  const { texts } = useAppContext();
  const [first, second] = thresholds;
  const field = (label: string, value: number | undefined, set: (seconds: number | undefined) => void) => (
    <label>
      {label}{' '}
      <input
        type="number"
        min={0}
        max={99_999}
        step={1}
        value={value ?? ''}
        onChange={({ target }) => set(target.value === '' ? undefined : Math.trunc(target.valueAsNumber))}
      />
    </label>
  );
  const change = (a: number | undefined, b: number | undefined): void =>
    onChange([a, b].filter((seconds) => seconds !== undefined));
  return (
    <>
      {field(texts.threshold, first, (seconds) => change(seconds, second))}
      {first === undefined ? null : field(texts.secondThreshold, second, (seconds) => change(first, seconds))}
    </>
  );
}
