import type { CallState } from '@callstream/domain';
import { useTexts } from '../context.tsx';

/** Shapes as well as colours tell states apart, for colour-blind users. */
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
