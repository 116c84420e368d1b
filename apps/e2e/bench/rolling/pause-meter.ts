/** Measures the longest time between two marks. */
export interface PauseMeter {
  readonly mark: () => void;
  /** Longest time between two marks since the last `take`, in ms. */
  readonly take: () => number;
}

export function createPauseMeter(): PauseMeter {
  let last = performance.now();
  let longest = 0;
  const measure = (): void => {
    longest = Math.max(longest, performance.now() - last);
  };
  return {
    mark: () => {
      measure();
      last = performance.now();
    },
    take: () => {
      measure();
      const pauseMs = longest;
      longest = 0;
      last = performance.now();
      return pauseMs;
    },
  };
}
