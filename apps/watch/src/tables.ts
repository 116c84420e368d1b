import type { Agents, Queues } from '@callstream/contracts';
import { inStateSince, waitingCallers } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { clock, duration, percent } from './format.ts';
import { named, namedQueue } from './named.ts';
import type { KnownNames } from './named.ts';
import type { BoardEvent, ScreenState } from './screen-state.ts';
import type { Column } from './table.ts';

/** `queue`: null in the total. */
type QueueLine = Queues['total'] & { readonly queue: string | null };

/** The total first: a long list is cut at its end. */
export const queueRows = ({ queues, total }: Queues): QueueLine[] => [{ ...total, queue: null }, ...queues];

/** Whether `WRAP_UP_SECONDS` is set. */
export const hasWrapUp = (queues: Queues | null): boolean => (queues?.wrap_up_seconds ?? 0) > 0;

const wrapUpColumn: Column<QueueLine> = {
  title: 'WRAP-UP',
  columns: 7,
  side: 'right',
  rank: 10,
  text: ({ agents }) => String(agents.wrap_up),
};

export const queueColumns = ({ now, names, queues }: ScreenState): readonly Column<QueueLine>[] => [
  {
    title: 'QUEUE',
    columns: 12,
    takesRest: true,
    rank: 0,
    text: ({ queue }) => (queue === null ? 'total' : namedQueue(names, queue)),
    shortText: ({ queue }) => (queue === null ? 'total' : namedQueue(null, queue)),
  },
  { title: 'WAIT', columns: 4, side: 'right', rank: 1, text: ({ waiting }) => String(waiting) },
  {
    title: 'LONGEST',
    columns: 7,
    side: 'right',
    rank: 2,
    text: ({ longest_waiting_since: since }) => (since === null ? '–' : duration(now - since)),
  },
  { title: 'TALK', columns: 4, side: 'right', rank: 3, text: ({ talking }) => String(talking) },
  { title: 'AVAIL', columns: 5, side: 'right', rank: 4, text: ({ agents }) => String(agents.available) },
  ...(hasWrapUp(queues) ? [wrapUpColumn] : []),
  { title: 'PAUSED', columns: 6, side: 'right', rank: 6, text: ({ agents }) => String(agents.paused) },
  { title: 'ANSWERED', columns: 8, side: 'right', rank: 7, text: ({ today }) => String(today.answered) },
  { title: 'ABANDONED', columns: 9, side: 'right', rank: 8, text: ({ today }) => String(today.abandoned) },
  { title: 'SL', columns: 5, side: 'right', rank: 5, text: ({ today }) => percent(today.service_level) },
  {
    title: 'ASA',
    columns: 7,
    side: 'right',
    rank: 9,
    text: ({ today }) => (today.asa_ms === null ? '–' : duration(today.asa_ms)),
  },
];

export const waitingCalls = ({ calls }: Pick<ScreenState, 'calls'>): Call[] => waitingCallers(calls.values());

const queueColumn = (names: KnownNames): Column<Call> => ({
  title: 'QUEUE',
  columns: 12,
  takesRest: true,
  rank: 1,
  text: ({ queue }) => namedQueue(names, queue ?? ''),
  shortText: ({ queue }) => namedQueue(null, queue ?? ''),
});
const numberColumn: Column<Call> = {
  title: 'NUMBER',
  columns: 13,
  takesRest: true,
  rank: 2,
  text: ({ theirNumber }) => theirNumber ?? '',
};
const callIdColumn: Column<Call> = {
  title: 'CALL',
  columns: 12,
  takesRest: true,
  rank: 3,
  text: ({ callId }) => callId,
};

export const waitingColumns = ({ now, names }: ScreenState): readonly Column<Call>[] => [
  { title: 'WAIT', columns: 7, side: 'right', rank: 0, text: (call) => duration(now - inStateSince(call)) },
  queueColumn(names),
  numberColumn,
  callIdColumn,
];

type AgentLine = Agents['agents'][number];

export const agentRows = ({ agents }: Agents): AgentLine[] =>
  agents.filter(({ presence }) => presence !== 'logged_out');

export const agentColumns = ({ now, names }: ScreenState): readonly Column<AgentLine>[] => [
  {
    title: 'AGENT',
    columns: 16,
    takesRest: true,
    rank: 0,
    text: ({ actor }) => named(names, 'agents', actor),
    shortText: ({ actor }) => actor,
  },
  { title: 'PRESENCE', columns: 9, rank: 1, text: ({ presence }) => presence },
  { title: 'SINCE', columns: 8, side: 'right', rank: 2, text: ({ since }) => duration(now - since) },
  { title: 'CALLS', columns: 12, takesRest: true, rank: 3, text: ({ calls }) => calls.join(' ') },
];

const ofEvent = ({ title, columns, rank, text, shortText = text }: Column<Call>): Column<BoardEvent> => ({
  title,
  columns,
  takesRest: true,
  rank: rank + 1,
  text: ({ call }) => text(call),
  shortText: ({ call }) => shortText(call),
});

export const eventColumns = ({ names }: ScreenState): readonly Column<BoardEvent>[] => [
  { title: 'AT', columns: 8, rank: 1, text: ({ at }) => clock(at) },
  { title: 'STATE', columns: 9, rank: 0, text: ({ what }) => what },
  ofEvent(queueColumn(names)),
  ofEvent(numberColumn),
  ofEvent(callIdColumn),
];
