import { useState } from 'react';

/** Days before are refused by the gateway, and are typed on the way to a year: 0002, 0020, 0202. */
const dayMin = '2000-01-01';

interface DayFieldProps {
  readonly label: string;
  readonly day: string;
  /** Whether a period with this day ends before it begins. */
  readonly isTurnedAround: (day: string) => boolean;
  readonly onChange: (day: string) => void;
}

/**
 * A day of a period. A day that turns the period around may be on the way to another one, e.g. 2 to 22: it counts once the field
 * is left.
 */
export function DayField({ label, day, isTurnedAround, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string): void => {
    setTyped(text);
    if (text >= dayMin && !isTurnedAround(text)) onChange(text);
  };
  const leave = (): void => {
    setTyped(null);
    if (typed !== null && typed >= dayMin && typed !== day) onChange(typed);
  };
  return (
    <label>
      {label}{' '}
      <input
        type="date"
        value={typed ?? day}
        aria-invalid={typed !== null && isTurnedAround(typed)}
        onChange={({ target }) => change(target.value)}
        onBlur={leave}
      />
    </label>
  );
}
