import { projectionVersion } from '@callstream/domain';
import { openField } from '../open-field.ts';

/** One part of a snapshot or of a delta. */
interface FramePart {
  /** JSON texts of calls, joined by commas. */
  readonly calls: string;
  /** JSON texts of call ids, joined by commas. */
  readonly gone: string;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
}

/** Makes the JSON text of a part. */
export type PartText = (part: FramePart) => string;

/** Makes `CallsChanged` frames; only the last part has the cursor. A template takes 0.05 µs a frame, two calls of openField 1 µs. */
export const deltaText =
  (cursor: string): PartText =>
  ({ calls, gone, part, parts }) => {
    const end = part === parts ? `,"cursor":"${cursor}"` : '';
    return `{"event":"CallsChanged","data":{"calls":[${calls}],"gone":[${gone}]${end}}}`;
  };

/** Makes the ends of `Snapshot` frames, which clients with equal filters share; {@link snapshotHead} goes before each. */
export const snapshotText =
  ({ cursor, reset }: { cursor: string; reset: boolean }): PartText =>
  ({ calls, gone, part, parts }) => {
    const goneField = gone === '' ? '' : `,"gone":[${gone}]`;
    const end = part === parts ? `,"cursor":"${cursor}"` : '';
    const mode = reset ? ',"reset":true' : '';
    return `${part},"parts":${parts}${mode},"calls":[${calls}]${goneField}${end}}}`;
  };

export interface SnapshotHead {
  /** Of the request. */
  readonly id: string | number | undefined;
  readonly as_of: number;
  readonly now: number;
  readonly lag: number;
}

export const snapshotHead = ({ id, ...data }: SnapshotHead): Buffer =>
  Buffer.from(
    openField({ event: 'Snapshot', status: 'Ok', id }, 'data') +
      openField({ ...data, projection_version: projectionVersion }, 'part'),
  );
