/** A condition variable over the board: thousands of clients may wait after a restart, so nobody polls. */
export interface BoardCondition {
  /** Resolves to true once the condition holds, to false after `ms`. */
  readonly waitFor: (isTrue: () => boolean, ms: number) => Promise<boolean>;
  /** Checks the conditions of all who wait. Call it whenever the board has changed. */
  readonly notifyAll: () => void;
}

export function createBoardCondition(): BoardCondition {
  const waiters = new Set<() => void>();
  return {
    waitFor: (isTrue, ms) => {
      if (isTrue()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const end = (result: boolean): void => {
          clearTimeout(timer);
          waiters.delete(check);
          resolve(result);
        };
        const check = (): void => {
          if (isTrue()) end(true);
        };
        const timer = setTimeout(() => end(false), ms);
        waiters.add(check);
      });
    },
    notifyAll: () => {
      for (const check of waiters) check();
    },
  };
}
