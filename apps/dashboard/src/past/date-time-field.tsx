import { useState } from 'react';
import { useAppContext, useQueues } from '../context.tsx';
import { momentOfWallClock, wallClockOf } from './wall-clock.ts';

/** Moments before are refused by the gateway, and are typed on the way to a year: 0002, 0020, 0202. */
const momentMin = Date.UTC(2000);

interface DateTimeFieldProps {
  /** ms since 1970. */
  readonly at: number;
  readonly onMove: (at: number) => void;
}

/** Date and time in the call centre's time zone. While it is edited it keeps what was typed, also if the moment moves on. */
export function DateTimeField({ at, onMove }: DateTimeFieldProps) {
  const { texts } = useAppContext();
  const timeZone = useQueues()?.time_zone;
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string): void => {
    setTyped(text);
    const next = momentOfWallClock(text, timeZone);
    if (next !== null && next >= momentMin) onMove(next);
  };
  return (
    <input
      type="datetime-local"
      step={1}
      aria-label={texts.past.dateAndTime}
      value={typed ?? wallClockOf(at, timeZone)}
      onChange={({ target }) => change(target.value)}
      onBlur={() => setTyped(null)}
    />
  );
}
