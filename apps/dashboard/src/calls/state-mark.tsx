import type { CallState } from '@callstream/domain';
import { useTexts } from '../context.tsx';

/** Told apart by their form as well as by their colour. */
const signs = { NEW: '○', STANDBY: '◔', WAITING: '◑', ONGOING: '●', FINISHED: '✓' } as const satisfies Record<
  CallState,
  string
>;

export const StateMark = ({ state }: { readonly state: CallState }) => (
  <span className={`state state-${state}`}>
    <span className="state-sign" aria-hidden>
      {signs[state]}
    </span>
    {useTexts().states[state]}
  </span>
);
