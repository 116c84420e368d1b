import { inStateSince, isCounted, isWaiting } from '@callstream/domain';
import type { Call, LiveCalls } from '@callstream/domain';
import { callsToday } from './calls-today.ts';
import { named } from './named.ts';
import type { KnownNames } from './named.ts';
import type { BoardEvent, ScreenState } from './screen-state.ts';
import { cell, clock, duration, percent } from './format.ts';

/** A call without an event for this long is stale and not listed as waiting, in ms: the default of STALE_AFTER_MINUTES. */
const staleAfterMs = 2 * 3_600_000;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

type Style = 'bold' | 'red' | 'dim';
/** Adds a style to a text, if the terminal supports it. */
export type Paint = (style: Style, text: string) => string;

/** The screen as lines: no more rows, and no wider, than the terminal. */
export function render(state: ScreenState, { columns, rows }: Size, paint: Paint): string[] {
  const lines: string[] = [];
  const add = (text: string, style?: Style): void => {
    const fitted = cell(text, columns);
    lines.push(style ? paint(style, fitted) : fitted);
  };
  const section = (title: string, content: readonly TextLine[], rowsMax: number): void => {
    if (rows - lines.length < 3) return;
    add('');
    add(title, 'bold');
    const room = Math.max(1, Math.min(rowsMax, rows - lines.length));
    const fits = content.length <= room;
    for (const { text, style } of fits ? content : content.slice(0, room - 1)) add(text, style);
    if (!fits) add(`… and ${content.length - room + 1} more`, 'dim');
  };
  const { text, style } = statusLine(state);
  add(text, style);
  if (state.queues) add(`calls today  ${callsToday(state.queues.total.calls_today)}`);
  const share = Math.floor(rows / 4);
  const waiting = waitingCalls(state);
  section(queueTitle, queueLines(state), share);
  section(`WAITING ${waiting.length}`, waiting, share);
  section('AGENTS', agentLines(state), share);
  section(
    'EVENTS',
    state.events.map((event) => eventLine(event, state.names)),
    rows,
  );
  return lines.slice(0, rows);
}

interface TextLine {
  readonly text: string;
  readonly style?: Style;
}

function statusLine({ status, now }: ScreenState): TextLine {
  const { connection, problem, asOf, lag, isStale } = status;
  const age = asOf === null ? '' : `  as of ${clock(asOf)}${lag > 0 ? `, ${lag} records behind` : ''}`;
  const reason = problem === null ? '' : `  ${problem}`;
  const text = `callstream  ${clock(now)}  ${connection}${age}${isStale ? '  STALE' : ''}${reason}`;
  return { text, style: connection === 'live' && !isStale ? 'bold' : 'red' };
}

const right = (text: string | number, columns: number): string => cell(String(text), columns, 'right');

const queueTitle = [
  cell('QUEUE', 14),
  right('WAIT', 6),
  right('LONGEST', 9),
  right('TALK', 6),
  right('AVAIL', 6),
  right('PAUSED', 8),
  right('ANSWERED', 10),
  right('ABANDONED', 11),
  right('SL', 7),
  right('ASA', 8),
].join('');

function queueLines({ queues, names, now }: ScreenState): TextLine[] {
  if (!queues) return [{ text: 'no data yet', style: 'dim' }];
  const ofQueues = queues.queues.map((row) => ({ ...row, title: queueText(row.queue, names) }));
  return [...ofQueues, { ...queues.total, title: 'total' }].map((queue) => {
    const { waiting, longest_waiting_since: since, talking, agents, today } = queue;
    const isLate = since !== null && now - since > queues.service_level_seconds * 1_000;
    return {
      text: [
        cell(queue.title, 14),
        right(waiting, 6),
        right(since === null ? '–' : duration(now - since), 9),
        right(talking, 6),
        right(agents.available, 6),
        right(agents.paused, 8),
        right(today.answered, 10),
        right(today.abandoned, 11),
        right(percent(today.service_level), 7),
        right(today.asa_ms === null ? '–' : duration(today.asa_ms), 8),
      ].join(''),
      ...(isLate ? { style: 'red' as const } : {}),
    };
  });
}

/** The callers who wait, the longest wait first. */
function waitingCalls({ calls, names, now }: ScreenState): TextLine[] {
  return [...calls.values()]
    .filter((call) => isCounted(call) && isWaiting(call, now, staleAfterMs))
    .toSorted((a, b) => inStateSince(a) - inStateSince(b))
    .map((call) => ({ text: `${cell(duration(now - inStateSince(call)), 9, 'right')}  ${callText(call, names)}` }));
}

const queueText = (queue: string, names: KnownNames): string =>
  queue === '' ? '(none)' : named(names, 'queues', queue);

const callText = ({ queue, theirNumber, callId }: Call, names: KnownNames): string =>
  `${cell(queueText(queue ?? '', names), 14)} ${cell(theirNumber ?? '', 18)} ${callId}`;

function agentLines({ agents, names, now }: ScreenState): TextLine[] {
  if (!agents) return [{ text: 'no data yet', style: 'dim' }];
  return agents.agents
    .filter(({ presence }) => presence !== 'logged_out')
    .map(({ actor, presence, since, calls }) => ({
      text: `${cell(named(names, 'agents', actor), 30)} ${cell(presence, 10)} ${cell(duration(now - since), 9, 'right')}  ${calls.join(' ')}`,
    }));
}

const eventLine = ({ at, what, call }: BoardEvent, names: KnownNames): TextLine => ({
  text: `${clock(at)}  ${cell(what, 9)} ${callText(call, names)}`,
});

/** All queues in one line, for an output that is not a terminal. */
export function summary({ queues, now, status }: ScreenState): string {
  if (!queues) return `${clock(now)}  ${status.connection}${status.problem === null ? '' : `  ${status.problem}`}`;
  const {
    waiting,
    longest_waiting_since: since,
    talking,
    outbound,
    internal,
    agents,
    today,
    calls_today,
  } = queues.total;
  const longest = since === null ? '' : ` (longest ${duration(now - since)})`;
  return (
    `${clock(now)}  waiting ${waiting}${longest}  talking ${talking}${besides('outbound', outbound)}${besides('internal', internal)}  available ${agents.available}  paused ${agents.paused}` +
    `  today: answered ${today.answered}, abandoned ${today.abandoned}, service level ${percent(today.service_level)}; calls ${callsToday(calls_today)}`
  );
}

/** The calls that are not of callers. */
const besides = (direction: string, { waiting, talking }: LiveCalls): string =>
  waiting + talking === 0 ? '' : `  ${direction}: waiting ${waiting}, talking ${talking}`;

/** An event in one line. */
export const plainEvent = (event: BoardEvent, names: KnownNames): string => eventLine(event, names).text.trimEnd();
