import { projectionVersion } from '@callstream/domain';
import { endOffsets } from '@callstream/runtime';
import { readPositions, readSchemas } from '@callstream/tables';
import type { Position, ProjectionSchema } from '@callstream/tables';
import type { MaintenanceContext } from './maintenance.ts';

interface PartitionStatus {
  readonly partition: number;
  readonly nextOffset: number;
  /** Records of the log that are not in the tables; null if Kafka could not be asked. */
  readonly lag: number | null;
}

interface SchemaStatus {
  readonly schema: ProjectionSchema;
  readonly version: number | null;
  readonly topic: string | null;
  /** complete: fit for use. filling: a rebuild or a verification has not got to the end of the log yet. */
  readonly state: 'complete' | 'filling';
  readonly bytes: number;
  readonly partitions: readonly PartitionStatus[];
}

export interface ProjectionStatus {
  /** Of the rules in this code. */
  readonly version: number;
  /** Why Kafka could not be asked. */
  readonly kafka: string | null;
  readonly schemas: readonly SchemaStatus[];
}

/** What there is, and how far it is. */
export async function readStatus({ kafka, topic, live, tables }: MaintenanceContext): Promise<ProjectionStatus> {
  const asked = await endOffsets(kafka, topic).then(
    (ends) => ({ ends, problem: null }),
    (error: unknown) => ({ ends: null, problem: error instanceof Error ? error.message : String(error) }),
  );
  const statusOf = ({ partition, nextOffset }: Position): PartitionStatus => {
    const end = asked.ends?.get(partition)?.high;
    return { partition, nextOffset, lag: end === undefined ? null : Math.max(0, end - nextOffset) };
  };
  const schemas: SchemaStatus[] = [];
  for (const { schema, complete, bytes } of await readSchemas(live)) {
    const positions = await readPositions(tables(schema));
    schemas.push({
      schema,
      version: positions[0]?.version ?? null,
      topic: positions[0]?.topic ?? null,
      state: complete ? 'complete' : 'filling',
      bytes,
      partitions: positions.map(statusOf),
    });
  }
  return { version: projectionVersion, kafka: asked.problem, schemas };
}

/** The status as text for a terminal. */
export function statusText({ version, kafka, schemas }: ProjectionStatus): string {
  const lines = [`This code makes tables of version ${version}.`];
  if (kafka !== null) lines.push(`Kafka could not be asked for the end of the log: ${kafka}`);
  if (schemas.length === 0) lines.push('There are no tables: run `npm run projector -- migrate`.');
  for (const { schema, version: of, topic, state, bytes, partitions } of schemas) {
    const records = sum(partitions.map(({ nextOffset }) => nextOffset));
    const lag = kafka === null ? sum(partitions.map((one) => one.lag ?? 0)) : null;
    const far = lag === null ? '' : `, ${lag} to go (${Math.floor((records * 100) / Math.max(1, records + lag))} %)`;
    lines.push(
      '',
      `${schema}: ${state}, version ${of ?? '?'}, topic "${topic ?? '?'}", ${(bytes / 2 ** 20).toFixed(1)} MiB`,
      `  ${records} records${far}`,
      ...partitions.map(
        (one) =>
          `  partition ${String(one.partition).padStart(4)}  next offset ${one.nextOffset}  lag ${one.lag ?? '?'}`,
      ),
    );
  }
  return lines.join('\n');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
