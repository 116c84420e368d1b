import TinyQueue from 'tinyqueue';

interface ScheduledItem<T> {
  readonly at: number;
  readonly sequence: number;
  readonly item: T;
}

/** A queue of items, ordered by time (ms); items of the same time are in the order in which they were put. */
export interface EventSchedule<T> {
  readonly put: (at: number, item: T) => void;
  /** Takes the next item, unless it is later than `until`. */
  readonly take: (until: number) => { at: number; item: T } | undefined;
}

export function createSchedule<T>(): EventSchedule<T> {
  const queue = new TinyQueue<ScheduledItem<T>>([], (a, b) => a.at - b.at || a.sequence - b.sequence);
  let sequence = 0;
  return {
    put: (at, item) => queue.push({ at, sequence: sequence++, item }),
    take: (until) => {
      const next = queue.peek();
      return next && next.at <= until ? queue.pop() : undefined;
    },
  };
}
