import { useAppContext, useQueues } from '../context.tsx';
import { replaceRoute, useRoute } from '../use-route.ts';
import { DateTimeField } from './date-time-field.tsx';
import { speeds } from './use-moment.ts';
import type { Moment } from './use-moment.ts';
import { dayOf } from './wall-clock.ts';

/** Step of the slider, in ms. */
const sliderStepMs = 10_000;

interface TimeControlsProps {
  readonly moment: Moment;
  readonly known: 'now' | 'then';
}

/** Moves a past moment: a field for date and time, a slider over its day, and play. */
export function TimeControls({ moment, known }: TimeControlsProps) {
  const { texts, formats } = useAppContext();
  const timeZone = useQueues()?.time_zone;
  const { past } = texts;
  const { isDifference } = useRoute();
  const { at, isPlaying, speed } = moment;
  const day = dayOf(at, timeZone);
  return (
    <div className="time-controls" role="group" aria-label={past.controls}>
      <DateTimeField at={at} onMove={moment.move} />
      <input
        type="range"
        className="time-slider"
        aria-label={past.timeOfDay}
        aria-valuetext={formats.clock(at)}
        min={0}
        max={day.to - day.from - sliderStepMs}
        step={sliderStepMs}
        value={at - day.from}
        onChange={({ target }) => moment.move(day.from + Number(target.value))}
      />
      <button onClick={() => moment.play(!isPlaying)}>{isPlaying ? past.pause : past.play}</button>
      {speeds.map((each) => (
        <button key={each} className="speed" aria-pressed={each === speed} onClick={() => moment.setSpeed(each)}>
          {past.speed(each)}
        </button>
      ))}
      <label>
        <input
          type="checkbox"
          checked={known === 'then'}
          onChange={({ target }) => replaceRoute({ known: target.checked ? 'then' : 'now' })}
        />{' '}
        {past.knownThen}
      </label>
      <label>
        <input
          type="checkbox"
          checked={isDifference}
          onChange={({ target }) => replaceRoute({ isDifference: target.checked })}
        />{' '}
        {past.difference}
      </label>
    </div>
  );
}
