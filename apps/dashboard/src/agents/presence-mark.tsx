import type { AgentNow } from '@callstream/contracts';
import { useTexts } from '../context.tsx';

/** In the order in which they are of interest. */
export const presences = ['available', 'ringing', 'on_call', 'paused', 'not_known', 'logged_out'] as const;

/** Told apart by their form as well as by their colour. */
const signs = {
  available: '○',
  ringing: '◑',
  on_call: '●',
  paused: '‖',
  not_known: '?',
  logged_out: '×',
} as const satisfies Record<AgentNow['presence'], string>;

export const PresenceMark = ({ presence }: Pick<AgentNow, 'presence'>) => (
  <span className={`presence presence-text-${presence}`}>
    <span className="state-sign" aria-hidden>
      {signs[presence]}
    </span>
    {useTexts().presences[presence]}
  </span>
);
