import { projectionVersion } from '@callstream/domain';
import type { Position } from '../read/positions.ts';

/** Identifies the last record before a position. A projector compares it with the log, to notice that the log was replaced. */
export interface Fingerprint {
  readonly uuid: string;
  /** Kafka's timestamp of the record, in ms since 1970; any number, because a producer may write any: -1 is "no timestamp". */
  readonly timestamp: number;
}

export interface PositionMoveOptions {
  readonly partition: number;
  /** Next offset that the tables must have before. */
  readonly expected: number;
  /** Next offset afterwards. */
  readonly next: number;
  /** Projection version that the tables must have; default: that of this code. */
  readonly version?: number;
  /** Of the last record before `next`. */
  readonly last: Fingerprint;
}

declare const isMove: unique symbol;
/** Compare-and-set of one partition's position. Only {@link positionMove} creates one, so that its fingerprint can be stored. */
export type PositionMove = Required<PositionMoveOptions> & { readonly [isMove]: true };

export const positionMove = ({ version = projectionVersion, last, ...move }: PositionMoveOptions): PositionMove =>
  ({ ...move, version, last: { ...last, timestamp: storable(last.timestamp) } }) as PositionMove;

/** Whether `last` is the record before the position. True if the position has none: tables of an older version may lack it. */
export const isLastRecord = (position: Position, last: Fingerprint | undefined): boolean =>
  position.lastUuid === null ||
  (last?.uuid === position.lastUuid && storable(last.timestamp) === position.lastTimestamp);

/** End of the year 9999, in ms since 1970: Postgres cannot parse an ISO 8601 year of five digits. */
const timestampMax = Date.UTC(10_000, 0, 1) - 1;

/** The timestamp that the tables store for it. */
const storable = (ms: number): number =>
  Number.isFinite(ms) ? Math.trunc(Math.min(Math.max(ms, 0), timestampMax)) : 0;
