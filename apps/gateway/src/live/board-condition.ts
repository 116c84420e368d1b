/** Those who wait until something holds. Thousands may, after a restart: nobody has a clock that ticks. */
export interface BoardCondition {
  /** Whether something holds now, or comes to hold within `ms`. */
  readonly until: (holds: () => boolean, ms: number) => Promise<boolean>;
  /** What may hold now? To be called whenever that may have changed. */
  readonly look: () => void;
}

export function createBoardCondition(): BoardCondition {
  const all = new Set<() => void>();
  return {
    until: (holds, ms) => {
      if (holds()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const end = (held: boolean): void => {
          clearTimeout(timer);
          all.delete(look);
          resolve(held);
        };
        const look = (): void => {
          if (holds()) end(true);
        };
        const timer = setTimeout(() => end(false), ms);
        all.add(look);
      });
    },
    look: () => {
      for (const look of all) look();
    },
  };
}
