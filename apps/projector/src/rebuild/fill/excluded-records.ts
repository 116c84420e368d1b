/** A record that Postgres refuses, and that tables built from the log lack. */
interface ExcludedRecord {
  readonly partition: number;
  readonly offset: number;
  /** Postgres' error. */
  readonly reason: string;
  /** If not, the live tables lack it all the same. */
  readonly onDlq: boolean;
}

export interface ExcludedRecords {
  readonly add: (record: ExcludedRecord) => void;
  /** A report for the operator: the number, and the first records; empty if there are none. */
  readonly lines: () => readonly string[];
}

/** Records that the report names; the others are only counted. */
const namedMax = 20;

export function createExcludedRecords(): ExcludedRecords {
  const named: ExcludedRecord[] = [];
  let onDlq = 0;
  let notOnDlq = 0;
  return {
    add: (record) => {
      if (record.onDlq) onDlq++;
      else notOnDlq++;
      if (named.length < namedMax) named.push(record);
    },
    lines: () => {
      const count = onDlq + notOnDlq;
      if (count === 0) return [];
      const more = count - named.length;
      return [
        `Excluded, because Postgres refuses them: ${count} records, ${onDlq} of them on the DLQ (npm run projector -- dlq list --kind refused), ${notOnDlq} not; the live tables lack all of them too.`,
        ...named.map((record) => `  ${describe(record)}`),
        ...(more > 0 ? [`  and ${more} more; --verbose has a log line rebuild.left-out for each`] : []),
      ];
    },
  };
}

const describe = ({ partition, offset, reason, onDlq }: ExcludedRecord): string =>
  `partition ${partition}, record ${offset}${onDlq ? '' : ', not on the DLQ'}: ${reason}`;
