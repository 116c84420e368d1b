import type { AgentNow } from '@callstream/contracts';
import { useTexts } from '../context.tsx';

/** Most interesting first. */
export const presences = [
  'available',
  'ringing',
  'on_call',
  'wrap_up',
  'paused',
  'not_known',
  'logged_out',
] as const satisfies readonly AgentNow['presence'][];

/** Shapes as well as colours tell presences apart, for colour-blind users. */
const signs = {
  available: '○',
  ringing: '◑',
  on_call: '●',
  wrap_up: '◌',
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
