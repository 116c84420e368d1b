import { unreadableKind } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';

const decisions = ['replayed', 'dropped'] as const;
export type Decision = (typeof decisions)[number];

/** A record that was put aside: everything that the DLQ says of one source. */
export interface DeadLetterEntry {
  /** `partition:offset` of the record in the topic. */
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  /** Of a batch that nobody can read: the offset that it ends at; else null. */
  readonly last_offset: number | null;
  readonly kind: string;
  readonly reason: string;
  readonly key: string | null;
  /** Of its value; null if it has none, or is here by reference. */
  readonly bytes: number | null;
  /** Whether only the log has its value. */
  readonly reference: boolean;
  /** Kafka's timestamp of the record, in ms since 1970, as text. */
  readonly timestamp: string;
  /** ISO 8601. */
  readonly put_aside_at: string;
  /** Null: nobody has decided what becomes of it. */
  readonly decision: Decision | null;
  readonly decided_at: string | null;
  /** Offset of its first copy on the DLQ. */
  readonly dlq_offset: number;
}

/** What a DLQ holds, in the order in which it was put there. */
export interface DlqContents {
  readonly entries: readonly DeadLetterEntry[];
  /** Records on the DLQ that no projector wrote. */
  readonly strangers: number;
  /** Batches of the DLQ itself that cannot be read. */
  readonly unreadable: number;
}

/** Whether the entry is a batch that nobody can read: it has no records that could be shown or replayed. */
export const isBatch = ({ kind }: Pick<DeadLetterEntry, 'kind'>): boolean => kind === unreadableKind;

/** A log made anew counts its offsets anew: the time tells two records of one offset apart. */
const sourceOf = (record: LogRecord): string =>
  ['dlq_partition', 'dlq_offset', 'dlq_timestamp'].map((name) => headerOf(record, name)).join(':');

const headerOf = ({ headers }: LogRecord, name: string): string => headers.get(name)?.toString() ?? '';

/** Collects the records of a DLQ. It may have several copies of an entry, and decisions on it; the last decision counts. */
export function createDlqReader() {
  const entries = new Map<string, DeadLetterEntry>();
  let strangers = 0;
  let unreadable = 0;
  const add = (record: LogRecord): void => {
    const source = sourceOf(record);
    const known = entries.get(source);
    const decision = decisions.find((one) => one === headerOf(record, 'dlq_decision'));
    if (known) {
      if (decision) entries.set(source, { ...known, decision, decided_at: headerOf(record, 'dlq_at') });
    } else if (!decision && /^\d+$/.test(headerOf(record, 'dlq_offset'))) entries.set(source, entryOf(record));
    else strangers++;
  };
  return {
    add,
    addUnreadable: (): void => {
      unreadable++;
    },
    box: (): DlqContents => ({ entries: [...entries.values()], strangers, unreadable }),
  };
}

function entryOf(record: LogRecord): DeadLetterEntry {
  const [partition, offset] = [Number(headerOf(record, 'dlq_partition')), Number(headerOf(record, 'dlq_offset'))];
  const lastOffset = headerOf(record, 'dlq_last_offset');
  return {
    id: `${partition}:${offset}`,
    ...{ partition, offset },
    last_offset: lastOffset === '' ? null : Number(lastOffset),
    kind: headerOf(record, 'dlq_kind'),
    reason: headerOf(record, 'dlq_reason'),
    key: record.key?.toString() ?? null,
    bytes: record.value?.length ?? null,
    reference: headerOf(record, 'dlq_reference') === 'true',
    timestamp: headerOf(record, 'dlq_timestamp'),
    put_aside_at: headerOf(record, 'dlq_at'),
    ...{ decision: null, decided_at: null },
    dlq_offset: record.offset,
  };
}
