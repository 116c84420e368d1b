import { clockReadings } from '@callstream/domain';
import { countClockReadings, countUnknownTypes, recentEventsMs } from '@callstream/tables';
import type { ClockCounts, Tables, UnknownTypeCounts } from '@callstream/tables';
import { shorten } from '../dlq/list-entries.ts';

/** What the events of the last 24 hours say about their senders. */
export interface RecentEvents {
  /** Begin of the period, ISO 8601; it ends now. */
  readonly from: string;
  /** By the times of the events. */
  readonly unknownTypes: UnknownTypeCounts;
  /** By reception, without imports. */
  readonly clocks: readonly ClockCounts[];
}

export async function readRecentEvents(live: Tables, now: number): Promise<RecentEvents> {
  const from = new Date(now - recentEventsMs).toISOString();
  const [unknownTypes, clocks] = await Promise.all([countUnknownTypes(live, from), countClockReadings(live, from)]);
  return { from, unknownTypes, clocks };
}

/** The same as lines for a terminal. */
export const recentEventsLines = ({ unknownTypes, clocks }: RecentEvents): string[] => [
  ...unknownTypeLines(unknownTypes),
  '',
  ...clockLines(clocks),
];

/** Longest type that is printed in full, in characters. */
const typeCharsMax = 60;

function unknownTypeLines({ types, more }: UnknownTypeCounts): string[] {
  const title = 'Unknown types of the last 24 hours';
  if (types.length === 0) return [`${title}: none`];
  return [
    `${title}: their events are stored, and change nothing`,
    ...types.map(
      ({ type, events, lastSeenAt, similarTo }) =>
        `  ${shorten(type, typeCharsMax)}  ${eventCount(events)}, last ${lastSeenAt}` +
        (similarTo === null ? '' : `  did you mean ${similarTo}?`),
    ),
    ...(more ? ['  and more'] : []),
  ];
}

function clockLines(clocks: readonly ClockCounts[]): string[] {
  const title = 'Clocks of the events received in the last 24 hours, without those over 14 h late (imports)';
  if (clocks.length === 0) return [`${title}: no events`];
  return [
    `${title}:`,
    ...clocks.map((counts) => {
      const events = clockReadings.reduce((sum, reading) => sum + counts[reading], 0);
      const share = (count: number): string => `${count} (${((count * 100) / events).toFixed(1)} %)`;
      const name = counts.sourceName === null ? counts.source : `${counts.source} ${counts.sourceName}`;
      return (
        `  ${name}  ${eventCount(events)}: ${share(counts.ahead)} with a time ahead of the reception, ` +
        `${share(counts.none)} without a usable time, ${share(counts.late)} more than 10 s late`
      );
    }),
  ];
}

const eventCount = (events: number): string => `${events} ${events === 1 ? 'event' : 'events'}`;
