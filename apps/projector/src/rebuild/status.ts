import { projectionVersion } from '@callstream/domain';
import { endOffsets } from '@callstream/runtime';
import { liveSchema, readableVersionMin, readPositions, readSchemas } from '@callstream/tables';
import type { Position, ProjectionSchema } from '@callstream/tables';
import { readRecentEvents, recentEventsLines } from './recent-events.ts';
import type { RecentEvents } from './recent-events.ts';
import type { MaintenanceContext } from './maintenance.ts';

interface PartitionStatus {
  readonly partition: number;
  readonly nextOffset: number;
  /** Records of the log that are not in the tables; null if Kafka does not answer. */
  readonly lag: number | null;
}

interface SchemaStatus {
  readonly schema: ProjectionSchema;
  readonly version: number | null;
  readonly topic: string | null;
  /** complete: ready for use. filling: a rebuild or verification has not reached the end of the log yet. */
  readonly state: 'complete' | 'filling';
  readonly bytes: number;
  readonly partitions: readonly PartitionStatus[];
}

export interface ProjectionStatus {
  /** Projection version of this code. */
  readonly version: number;
  /** Why Kafka does not answer; null if it does. */
  readonly kafka: string | null;
  readonly schemas: readonly SchemaStatus[];
  /** Of the live tables; null if there are none that this code can read. */
  readonly recentEvents: RecentEvents | null;
}

/** Reads every schema of tables, with its positions and lag. */
export async function readStatus({ kafka, topic, live, tables }: MaintenanceContext): Promise<ProjectionStatus> {
  const log = await endOffsets(kafka, topic).then(
    (ends) => ({ ends, problem: null }),
    (error: unknown) => ({ ends: null, problem: error instanceof Error ? error.message : String(error) }),
  );
  const statusOf = ({ partition, nextOffset }: Position): PartitionStatus => {
    const end = log.ends?.get(partition)?.high;
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
  const recentEvents = schemas.some(isReadable) ? await readRecentEvents(live, Date.now()) : null;
  return { version: projectionVersion, kafka: log.problem, schemas, recentEvents };
}

/** Whether this code can read the events of the live tables. */
const isReadable = ({ schema, state, version }: SchemaStatus): boolean =>
  schema === liveSchema && state === 'complete' && version !== null && version >= readableVersionMin;

/** The status as text for a terminal. */
export function statusText({ version, kafka, schemas, recentEvents }: ProjectionStatus): string {
  const lines = [`This code makes tables of version ${version}.`];
  if (kafka !== null) lines.push(`Kafka does not answer, so the lag is not known: ${kafka}`);
  if (schemas.length === 0) lines.push('There are no tables. Create them: npm run projector -- migrate');
  for (const { schema, version: schemaVersion, topic, state, bytes, partitions } of schemas) {
    const records = sum(partitions.map(({ nextOffset }) => nextOffset));
    const lag = kafka === null ? sum(partitions.map((partition) => partition.lag ?? 0)) : null;
    const progress =
      lag === null ? '' : `, ${lag} to go (${Math.floor((records * 100) / Math.max(1, records + lag))} %)`;
    lines.push(
      '',
      `${schema}: ${state}, version ${schemaVersion ?? '?'}, topic "${topic ?? '?'}", ${(bytes / 2 ** 20).toFixed(1)} MiB`,
      `  ${records} records${progress}`,
      ...partitions.map(
        ({ partition, nextOffset, lag: partitionLag }) =>
          `  partition ${String(partition).padStart(4)}  next offset ${nextOffset}  lag ${partitionLag ?? '?'}`,
      ),
    );
  }
  if (recentEvents) lines.push('', ...recentEventsLines(recentEvents));
  return lines.join('\n');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
