import type { MarkedDay } from '@callstream/tables';

/** Ages of the oldest marks. */
export interface MarkAges {
  /** Age of the oldest mark of all days, in seconds, since this process saw it first; 0 if nothing is marked. */
  readonly oldestSeconds: (marked: readonly MarkedDay[]) => number;
}

/** A mark has no time of its own: its age counts from the first look that found it. */
export function createMarkAges(now: () => number = Date.now): MarkAges {
  let seen = new Map<string, { readonly oldestMark: string; readonly since: number }>();
  return {
    oldestSeconds: (marked) => {
      const at = now();
      seen = new Map(
        marked.map(({ day, oldestMark }) => {
          const before = seen.get(day);
          return [day, before?.oldestMark === oldestMark ? before : { oldestMark, since: at }];
        }),
      );
      return Math.max(0, ...[...seen.values()].map(({ since }) => (at - since) / 1_000));
    },
  };
}
