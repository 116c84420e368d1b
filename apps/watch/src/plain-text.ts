import type { BoardEvent, ScreenState } from './screen-state.ts';
import { eventLine } from './render.ts';
import { clock, duration, percent } from './format.ts';

/** The whole in one line, for where no terminal is. */
export function summary({ queues, now, status }: ScreenState): string {
  if (!queues) return `${clock(now)}  ${status.connection}${status.problem === null ? '' : `  ${status.problem}`}`;
  const { waiting, longest_waiting_since: since, talking, agents, today } = queues.total;
  const longest = since === null ? '' : ` (longest ${duration(now - since)})`;
  return (
    `${clock(now)}  waiting ${waiting}${longest}  talking ${talking}  free ${agents.available}  paused ${agents.paused}` +
    `  today: answered ${today.answered}, abandoned ${today.abandoned}, service level ${percent(today.service_level)}`
  );
}

export const plainEvent = (event: BoardEvent): string => eventLine(event).text.trimEnd();
