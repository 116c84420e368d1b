import type { Agents, Queues } from '@callstream/contracts';
import { isWaiting } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import type { BoardEvent, ScreenState } from './screen-state.ts';
import { cell, clock, duration, percent } from './format.ts';

/** After so long without an event a call is not believed to wait any more, in ms: as the gateway has it by default. */
const staleAfterMs = 2 * 3_600_000;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** How a line stands out; a terminal without colours shows it all the same. */
export type Paint = (how: 'bold' | 'red' | 'dim', text: string) => string;

/** The board as lines, no more and no wider than the terminal. */
export function render(shown: ScreenState, { columns, rows }: Size, paint: Paint): string[] {
  const lines: string[] = [];
  const add = (text: string, how?: Parameters<Paint>[0]): void => {
    const fitted = cell(text, columns);
    lines.push(how ? paint(how, fitted) : fitted);
  };
  const section = (title: string, of: readonly TextLine[], rowsMax: number): void => {
    if (rows - lines.length < 3) return;
    add('');
    add(title, 'bold');
    const room = Math.max(1, Math.min(rowsMax, rows - lines.length));
    const fits = of.length <= room;
    for (const { text, how } of fits ? of : of.slice(0, room - 1)) add(text, how);
    if (!fits) add(`… and ${of.length - room + 1} more`, 'dim');
  };
  const { text, how } = statusLine(shown);
  add(text, how);
  const share = Math.floor(rows / 4);
  const waiting = waitingCalls(shown);
  section(queueTitle, queueLines(shown.queues, shown.now), share);
  section(`WAITING ${waiting.length}`, waiting, share);
  section('AGENTS', agentLines(shown.agents, shown.now), share);
  section('EVENTS', shown.events.map(eventLine), rows);
  return lines.slice(0, rows);
}

interface TextLine {
  readonly text: string;
  readonly how?: Parameters<Paint>[0];
}

function statusLine({ status, now }: ScreenState): TextLine {
  const { connection, problem, asOf, lag, isStale } = status;
  const age = asOf === null ? '' : `  as of ${clock(asOf)}${lag > 0 ? `, ${lag} records behind` : ''}`;
  const trouble = problem === null ? '' : `  ${problem}`;
  const text = `callstream  ${clock(now)}  ${connection}${age}${isStale ? '  OLD' : ''}${trouble}`;
  return { text, how: connection === 'live' && !isStale ? 'bold' : 'red' };
}

const queueTitle = [
  ...[cell('QUEUE', 14), cell('WAIT', 6, 'right'), cell('LONGEST', 9, 'right'), cell('TALK', 6, 'right')],
  ...[cell('FREE', 6, 'right'), cell('PAUSED', 8, 'right'), cell('ANSWERED', 10, 'right')],
  ...[cell('ABANDONED', 11, 'right'), cell('SL', 7, 'right'), cell('ASA', 8, 'right')],
].join('');

function queueLines(queues: Queues | null, now: number): TextLine[] {
  if (!queues) return [{ text: 'not told yet', how: 'dim' }];
  return [...queues.queues, { ...queues.total, queue: 'together' }].map((queue) => {
    const { waiting, longest_waiting_since: since, talking, agents, today } = queue;
    const right = (text: string | number, columns: number): string => cell(String(text), columns, 'right');
    const isLate = since !== null && now - since > queues.service_level_seconds * 1_000;
    return {
      text: [
        ...[cell(queue.queue === '' ? '(none)' : queue.queue, 14), right(waiting, 6)],
        ...[right(since === null ? '–' : duration(now - since), 9), right(talking, 6), right(agents.available, 6)],
        ...[right(agents.paused, 8), right(today.answered, 10), right(today.abandoned, 11)],
        ...[right(percent(today.service_level), 7), right(today.asa_ms === null ? '–' : duration(today.asa_ms), 8)],
      ].join(''),
      ...(isLate ? { how: 'red' as const } : {}),
    };
  });
}

/** Who waits for longest comes first. */
function waitingCalls({ calls, now }: ScreenState): TextLine[] {
  const since = ({ waitingSince, stateAt, delayMs }: Call): number => (waitingSince ?? stateAt) + delayMs;
  return [...calls.values()]
    .filter((call) => isWaiting(call, now, staleAfterMs))
    .toSorted((a, b) => since(a) - since(b))
    .map((call) => ({ text: `${cell(duration(now - since(call)), 9, 'right')}  ${callText(call)}` }));
}

const callText = ({ queue, theirNumber, callId }: Call): string =>
  `${cell(queue ?? '(none)', 14)} ${cell(theirNumber ?? '', 18)} ${callId}`;

function agentLines(agents: Agents | null, now: number): TextLine[] {
  if (!agents) return [{ text: 'not told yet', how: 'dim' }];
  return agents.agents
    .filter(({ presence }) => presence !== 'logged_out')
    .map(({ actor, presence, since, calls }) => ({
      text: `${cell(actor, 30)} ${cell(presence, 10)} ${cell(duration(now - since), 9, 'right')}  ${calls.join(' ')}`,
    }));
}

/** Something that changed, as one line. */
export const eventLine = ({ at, what, call }: BoardEvent): TextLine => ({
  text: `${clock(at)}  ${cell(what, 9)} ${callText(call)}`,
});
