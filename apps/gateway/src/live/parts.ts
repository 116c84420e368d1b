import { projectionVersion } from '@callstream/domain';

/** Longest part of a snapshot or of what changed, in bytes; a single call may be longer. */
export const partBytesMax = 128 * 1024;

/** A part of what is told: JSON text of the items of `calls` and of `gone`, joined by commas. */
interface FramePart {
  readonly calls: string;
  readonly gone: string;
  /** From 1. */
  readonly nth: number;
  readonly parts: number;
}

/** Makes the bytes of a part. */
export type PartText = (part: FramePart) => string;

/** `CallsChanged` frames; a cursor stands only in the last. */
export const changedFrames =
  (cursor: string): PartText =>
  ({ calls, gone, nth, parts }) => {
    const end = nth === parts ? `,"cursor":"${cursor}"` : '';
    return `{"event":"CallsChanged","data":{"calls":[${calls}],"gone":[${gone}]${end}}}`;
  };

/** The ends of `Snapshot` frames, which clients who ask the same share; {@link snapshotHead} goes before. */
export const snapshotTails =
  ({ cursor, reset }: { cursor: string; reset: boolean }): PartText =>
  ({ calls, gone, nth, parts }) => {
    const left = gone === '' ? '' : `,"gone":[${gone}]`;
    const end = nth === parts ? `,"cursor":"${cursor}"` : '';
    const mode = reset ? ',"reset":true' : '';
    return `,"part":${nth},"parts":${parts}${mode},"calls":[${calls}]${left}${end}}}`;
  };

export interface SnapshotHead {
  readonly id: string | number | undefined;
  readonly as_of: number;
  readonly now: number;
  readonly lag: number;
}

export const snapshotHead = ({ id, ...data }: SnapshotHead): Buffer =>
  Buffer.from(
    JSON.stringify({
      event: 'Snapshot',
      status: 'Ok',
      id,
      data: { ...data, projection_version: projectionVersion },
    }).slice(0, -2),
  );
