import type { AgentStats } from '@callstream/contracts';
import { useAppContext } from '../context.tsx';
import { LoadingProblem } from './loading-problem.tsx';
import { isCounted } from './use-occupancy.ts';
import type { UsedOccupancyCount } from './use-occupancy.ts';

interface OccupancyButtonProps {
  readonly answer: AgentStats;
  /** Longest period, in days, of which an answer has the occupancy. */
  readonly daysMax: number;
  readonly occupancy: UsedOccupancyCount;
}

/** Starts and cancels the count of the times logged in and the occupancy of a long period, and shows its progress. */
export function OccupancyButton({ answer, daysMax, occupancy }: OccupancyButtonProps) {
  const { texts } = useAppContext();
  const { parts, counted, isRunning, problem, count, cancel } = occupancy;
  const progress = texts.occupancyPart(counted + 1, parts.length);
  return (
    <>
      {isCounted(occupancy) ? null : <p className="faint">{texts.occupancyTooLong(daysMax)}</p>}
      <LoadingProblem reason={problem} />
      <p className="no-print list-actions">
        {/* One button, so that the focus stays on it. */}
        <button onClick={() => (isRunning ? cancel() : count(answer, daysMax))}>
          {isRunning ? texts.cancel : texts.countOccupancy}
        </button>
        {isRunning ? (
          <label>
            <progress value={counted} max={parts.length} /> {progress}
          </label>
        ) : null}
        <span className="faint" role="status">
          {isCounted(occupancy) ? texts.occupancyCounted(parts.length) : null}
        </span>
      </p>
    </>
  );
}
