/** A record that is not in tables that were made from the log. */
interface ExcludedRecord {
  readonly partition: number;
  readonly offset: number;
  /** What Postgres said. */
  readonly reason: string;
  /** If not, the live tables lack it all the same. */
  readonly onDlq: boolean;
}

export interface ExcludedRecords {
  readonly add: (record: ExcludedRecord) => void;
  /** What an operator is told: how many, and the first of them; nothing if there are none. */
  readonly lines: () => readonly string[];
}

/** Records that are named; of more, only the number is told. */
const namedMax = 20;

export function createExcludedRecords(): ExcludedRecords {
  const named: ExcludedRecord[] = [];
  let onDlq = 0;
  let elsewhere = 0;
  return {
    add: (record) => {
      if (record.onDlq) onDlq++;
      else elsewhere++;
      if (named.length < namedMax) named.push(record);
    },
    lines: () => {
      const count = onDlq + elsewhere;
      if (count === 0) return [];
      const more = count - named.length;
      return [
        `Left out, as Postgres refuses them: ${count} records, ${onDlq} of them on the DLQ (npm run projector -- dlq list --kind refused), ${elsewhere} not; the live tables lack all of them too.`,
        ...named.map((record) => `  ${described(record)}`),
        ...(more > 0 ? [`  and ${more} more; each is in the log as rebuild.left-out`] : []),
      ];
    },
  };
}

const described = ({ partition, offset, reason, onDlq }: ExcludedRecord): string =>
  `partition ${partition}, record ${offset}${onDlq ? '' : ', not on the DLQ'}: ${reason}`;
