import { unreadableKind } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';

const decisions = ['replayed', 'dropped'] as const;
export type DeadLetterDecision = (typeof decisions)[number];

/** A dead letter, with the decision on it. These are the keys of `dlq list --json`. */
export interface DeadLetterEntry {
  /** `partition:offset` of the record in the topic. */
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  /** Last offset of an unreadable batch; else null. */
  readonly last_offset: number | null;
  readonly kind: string;
  readonly reason: string;
  readonly key: string | null;
  /** Size of its value; null if it has none, or if the DLQ has only a reference. */
  readonly bytes: number | null;
  /** Whether its value is only in the log. */
  readonly reference: boolean;
  /** Kafka's timestamp of the record, in ms since 1970, as text. */
  readonly timestamp: string;
  /** When it was dead-lettered, ISO 8601. */
  readonly put_aside_at: string;
  /** Null: open. */
  readonly decision: DeadLetterDecision | null;
  readonly decided_at: string | null;
  /** Offset of its first copy on the DLQ. */
  readonly dlq_offset: number;
}

export interface DlqContents {
  /** In the order of the DLQ. */
  readonly entries: readonly DeadLetterEntry[];
  /** Records on the DLQ that no projector wrote. */
  readonly foreign: number;
  /** Unreadable batches of the DLQ itself. */
  readonly unreadable: number;
}

/** Whether the entry is an unreadable batch: it has no records that could be shown or replayed. */
export const isBatch = ({ kind }: Pick<DeadLetterEntry, 'kind'>): boolean => kind === unreadableKind;

/** Identifies the record in the log. The timestamp is part of it: a recreated topic has the same offsets again. */
const sourceOf = (record: LogRecord): string =>
  ['dlq_partition', 'dlq_offset', 'dlq_timestamp'].map((name) => headerOf(record, name)).join(':');

const headerOf = ({ headers }: LogRecord, name: string): string => headers.get(name)?.toString() ?? '';

/** Collects the records of a DLQ. An entry may have several copies and several decisions; the last decision counts. */
export function createDlqReader() {
  const entries = new Map<string, DeadLetterEntry>();
  let foreign = 0;
  let unreadable = 0;
  const add = (record: LogRecord): void => {
    const source = sourceOf(record);
    const known = entries.get(source);
    const decision = decisions.find((candidate) => candidate === headerOf(record, 'dlq_decision'));
    if (known) {
      if (decision) entries.set(source, { ...known, decision, decided_at: headerOf(record, 'dlq_at') });
    } else if (!decision && /^\d+$/.test(headerOf(record, 'dlq_offset'))) entries.set(source, entryOf(record));
    else foreign++;
  };
  return {
    add,
    addUnreadable: (): void => {
      unreadable++;
    },
    contents: (): DlqContents => ({ entries: [...entries.values()], foreign, unreadable }),
  };
}

function entryOf(record: LogRecord): DeadLetterEntry {
  const [partition, offset] = [Number(headerOf(record, 'dlq_partition')), Number(headerOf(record, 'dlq_offset'))];
  const lastOffset = headerOf(record, 'dlq_last_offset');
  return {
    id: `${partition}:${offset}`,
    partition,
    offset,
    last_offset: lastOffset === '' ? null : Number(lastOffset),
    kind: headerOf(record, 'dlq_kind'),
    reason: headerOf(record, 'dlq_reason'),
    key: record.key?.toString() ?? null,
    bytes: record.value?.length ?? null,
    reference: headerOf(record, 'dlq_reference') === 'true',
    timestamp: headerOf(record, 'dlq_timestamp'),
    put_aside_at: headerOf(record, 'dlq_at'),
    decision: null,
    decided_at: null,
    dlq_offset: record.offset,
  };
}
