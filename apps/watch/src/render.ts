import type { Agents, Queues } from '@callstream/contracts';
import type { LiveCalls } from '@callstream/domain';
import { printable } from '@callstream/resilience';
import stringWidth from 'string-width';
import { callsToday } from './calls-today.ts';
import type { BoardEvent, ScreenState } from './screen-state.ts';
import { cell, clock, duration, percent, wrap } from './format.ts';
import { namedQueue } from './named.ts';
import type { KnownNames } from './named.ts';
import { shareRows } from './share-rows.ts';
import { renderTable } from './table.ts';
import type { Column } from './table.ts';
import {
  agentColumns,
  agentRows,
  eventColumns,
  hasWrapUp,
  queueColumns,
  queueRows,
  waitingCalls,
  waitingColumns,
} from './tables.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

type Style = 'bold' | 'red' | 'dim';
/** Adds a style to a text, if the terminal supports it. */
export type Paint = (style: Style, text: string) => string;

interface TextLine {
  readonly text: string;
  readonly style?: Style;
}

interface Section {
  readonly title: string;
  /** As many as could be shown at most. */
  readonly lines: readonly TextLine[];
  /** Lines that there would be in all. */
  readonly count: number;
}

const keysHint = 'q: quit';

/** The screen as lines, each as wide as the terminal, and not more than it has rows. */
export function render(state: ScreenState, { columns, rows }: Size, paint: Paint): string[] {
  const sections = sectionsOf(state, { columns, rows });
  const rowsOfSections = sections.length * 3;
  const header = headerLines(state, { columns, rows: rows - rowsOfSections });
  // Title and one line of each; blank lines only where there is room.
  const spacing = rows >= header.length + rowsOfSections ? 1 : 0;
  const shown = sections.slice(0, Math.max(0, Math.floor((rows - header.length) / (2 + spacing))));
  const room = rows - header.length - shown.length * (1 + spacing);
  const shares = shareRows(
    shown.map(({ count }) => Math.max(1, count)),
    room,
  );
  const lines: TextLine[] = [
    ...header,
    ...shown.flatMap(({ title, lines: all, count }, i) => [
      ...(spacing > 0 ? [{ text: '' }] : []),
      { text: title, style: 'bold' as const },
      ...cut(all, count, shares[i] ?? 0),
    ]),
  ];
  return lines.slice(0, rows).map(({ text, style }) => {
    const fitted = cell(text, columns);
    return style ? paint(style, fitted) : fitted;
  });
}

/** The first lines, and how many more there are, if not all fit. A single line is better than their number, which the title has. */
function cut(lines: readonly TextLine[], count: number, rows: number): readonly TextLine[] {
  if (count <= rows || rows <= 1) return lines.slice(0, rows);
  return [...lines.slice(0, rows - 1), { text: `… and ${count - rows + 1} more`, style: 'dim' }];
}

const noData = { lines: [{ text: 'no data yet', style: 'dim' }], count: 1 } as const;

function sectionsOf(state: ScreenState, size: Size): Section[] {
  const { queues, agents, events } = state;
  const waiting = waitingCalls(state);
  return [
    queues ? queueSection(queues, state, size) : { title: 'QUEUES', ...noData },
    { title: `WAITING ${waiting.length}`, ...listOf(waitingColumns(state), waiting, size) },
    agents ? agentSection(agents, state, size) : { title: 'AGENTS', ...noData },
    { title: 'EVENTS', ...listOf(eventColumns(state), events, size) },
  ];
}

function agentSection(agents: Agents, state: ScreenState, size: Size): Section {
  const rows = agentRows(agents);
  return { title: `AGENTS ${rows.length}`, ...listOf(agentColumns(state), rows, size) };
}

/** Formats only the rows that can be on the screen: a list may have thousands, four times a second. */
function listOf<Row>(
  columns: readonly Column<Row>[],
  all: readonly Row[],
  size: Size,
): Pick<Section, 'lines' | 'count'> {
  const { lines } = renderTable(columns, all.slice(0, size.rows), size.columns);
  return { lines: lines.map((text) => ({ text })), count: all.length };
}

/** A queue whose longest wait is above the service level is red. */
function queueSection(queues: Queues, state: ScreenState, size: Size): Section {
  const all = queueRows(queues);
  const shown = all.slice(0, size.rows);
  const { title, lines } = renderTable(queueColumns(state), shown, size.columns);
  const isLate = (since: number | null): boolean =>
    since !== null && state.now - since > queues.service_level_seconds * 1_000;
  return {
    title,
    lines: lines.map((text, i) =>
      isLate(shown[i]?.longest_waiting_since ?? null) ? { text, style: 'red' } : { text },
    ),
    count: all.length,
  };
}

/** The status; a problem in full, which names its remedy; the calls of today, if `rows` has room for all of them. */
function headerLines(state: ScreenState, { columns, rows }: Size): TextLine[] {
  const { status, queues } = state;
  const problem = status.problem === null ? [] : wrap(status.problem, columns);
  const header = [statusLine(state, columns), ...problem.map((text) => ({ text, style: 'red' as const }))];
  const today = queues ? wrap(`calls today  ${callsToday(queues.total.calls_today)}`, columns) : [];
  return header.length + today.length <= rows ? [...header, ...today.map((text) => ({ text }))] : header;
}

function statusLine({ status, now }: ScreenState, columns: number): TextLine {
  const { connection, asOf, lag, isStale } = status;
  const age = asOf === null ? '' : `  as of ${clock(asOf)}${lag > 0 ? `, ${lag} records behind` : ''}`;
  const text = `callstream  ${clock(now)}  ${connection}${isStale ? '  STALE' : ''}${age}`;
  const free = columns - stringWidth(text) - keysHint.length;
  return {
    text: free >= 2 ? `${text}${' '.repeat(free)}${keysHint}` : text,
    style: connection === 'live' && !isStale ? 'bold' : 'red',
  };
}

/** All queues in one line, for an output that is not a terminal. */
export function summary({ queues, now, status }: ScreenState): string {
  if (!queues)
    return `${clock(now)}  ${status.connection}${status.problem === null ? '' : `  ${printable(status.problem)}`}`;
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
  const wrapUp = hasWrapUp(queues) ? `  wrap-up ${agents.wrap_up}` : '';
  const longest = since === null ? '' : ` (longest ${duration(now - since)})`;
  return (
    `${clock(now)}  waiting ${waiting}${longest}  talking ${talking}${besides('outbound', outbound)}${besides('internal', internal)}  available ${agents.available}${wrapUp}  paused ${agents.paused}` +
    `  today: answered ${today.answered}, abandoned ${today.abandoned}, service level ${percent(today.service_level)}; calls ${callsToday(calls_today)}`
  );
}

/** The calls that are not of callers. */
const besides = (direction: string, { waiting, talking }: LiveCalls): string =>
  waiting + talking === 0 ? '' : `  ${direction}: waiting ${waiting}, talking ${talking}`;

/** An event in one line. A long name is not cut: the id is behind it. */
export function plainEvent({ at, what, call: { queue, theirNumber, callId } }: BoardEvent, names: KnownNames): string {
  const queueText = printable(namedQueue(names, queue ?? ''));
  const queueCell = cell(queueText, Math.max(14, stringWidth(queueText)));
  return `${clock(at)}  ${cell(what, 9)} ${queueCell} ${cell(theirNumber ?? '', 18)} ${printable(callId)}`.trimEnd();
}
