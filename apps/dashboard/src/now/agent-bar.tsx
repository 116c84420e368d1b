import { useTexts } from '../context.tsx';
import type { QueueSummary } from './queue-summary.ts';

const shown = ['available', 'ringing', 'on_call', 'paused'] as const;

/** How many agents do what: as a bar, and in numbers. */
export function AgentBar({ agents }: Pick<QueueSummary, 'agents'>) {
  const texts = useTexts();
  const there = shown.filter((presence) => agents[presence] > 0);
  if (there.length === 0) return <span className="faint">0</span>;
  return (
    <div
      className="agent-bar"
      aria-label={there.map((one) => `${texts.presences[one]} ${agents[one]}`).join(', ')}
      role="img"
    >
      {there.map((presence) => (
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
