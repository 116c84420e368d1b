import { partitionsMax } from '@callstream/domain';

// `eventId`, `partitionOf` and `offsetOf` of libs/domain in SQL; the arguments are SQL expressions of type bigint.

/** The least id of an offset: that of partition 0. */
export const idOfOffsetSql = (offset: string): string => `(${offset} * ${partitionsMax})`;
export const partitionOfSql = (id: string): string => `(${id} % ${partitionsMax})::int`;
export const offsetOfSql = (id: string): string => `(${id} / ${partitionsMax})`;
