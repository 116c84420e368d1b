import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import type { CountAgentCallsOptions } from './count-agent-calls.ts';
import type { Interval } from './periods.ts';
import { foundTalkTimes, summedTalkTimes } from './talk-times-sql.ts';

export interface CountTalkTimesOptions extends Omit<CountAgentCallsOptions, 'rules' | 'withOccupancy'> {
  /** null: only by queue. */
  readonly interval: Interval | null;
  /** IANA name. */
  readonly timeZone: string;
}

/** The times of agents on calls, without those that go on; in ms. */
export interface CountedTalkTimes {
  /** Times that agents entered calls. */
  readonly calls: number;
  /** Of these, the ended ones. */
  readonly ended: number;
  readonly onCallMs: number;
  /** 0 if none has ended. */
  readonly onCallMsMax: number;
}

/** Of a queue, of an interval, or of the whole period: then both are null. */
export interface TalkTimesOfPart extends CountedTalkTimes {
  /** '' for times on calls that came through no queue. */
  readonly queue: string | null;
  /** Begin of the interval, ISO 8601. */
  readonly begin: string | null;
}

/**
 * Counts the times that agents entered calls in the period: of the whole period, by the queue through which they got the call,
 * and by interval. Each is the same as the rows of `exportAgentCalls`. Up to `limit` counts.
 */
export async function countTalkTimes(
  db: Queryable,
  { from, to, queues, visibleQueues, limit, interval, timeZone }: CountTalkTimesOptions,
): Promise<TalkTimesOfPart[]> {
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<TalkTimesOfPart>({
    text: `
      with ${foundTalkTimes({ by: 'queue', unit: '$5', zone: '$6' })}
      select queue, begin, ${summedTalkTimes}
      from found group by grouping sets ((), (queue), (begin))
      having grouping(begin) = 1 or begin is not null
      order by queue nulls first, begin nulls first limit $7`,
    values: [from, to, queues, visibleQueues, interval, timeZone, limit],
  });
  return rows;
}
