import TinyQueue from 'tinyqueue';

interface ScheduledItem<T> {
  readonly at: number;
  readonly turn: number;
  readonly item: T;
}

/** Things to come, by time (ms); of the same time in the order in which they were put. */
export interface EventSchedule<T> {
  readonly put: (at: number, item: T) => void;
  /** The next thing, if it comes before `until`. */
  readonly take: (until: number) => { at: number; item: T } | undefined;
}

export function createSchedule<T>(): EventSchedule<T> {
  const queue = new TinyQueue<ScheduledItem<T>>([], (a, b) => a.at - b.at || a.turn - b.turn);
  let turn = 0;
  return {
    put: (at, item) => queue.push({ at, turn: turn++, item }),
    take: (until) => {
      const next = queue.peek();
      return next && next.at <= until ? queue.pop() : undefined;
    },
  };
}
