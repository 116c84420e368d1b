import { useTexts } from '../context.tsx';
import type { QueueSummary } from './queue-summary.ts';

const shownPresences = ['available', 'ringing', 'on_call', 'wrap_up', 'paused'] as const;

/** Number of agents by presence, as a bar. */
export function AgentBar({ agents }: Pick<QueueSummary, 'agents'>) {
  const texts = useTexts();
  const present = shownPresences.filter((presence) => agents[presence] > 0);
  if (present.length === 0) return <span className="faint">0</span>;
  return (
    <div
      className="agent-bar"
      aria-label={present.map((presence) => `${texts.presences[presence]} ${agents[presence]}`).join(', ')}
      role="img"
    >
      {present.map((presence) => (
        <span
          key={presence}
          className={`presence-${presence}`}
          style={{ flexGrow: agents[presence] }}
          title={texts.presences[presence]}
        >
          {agents[presence]}
        </span>
      ))}
    </div>
  );
}
