/** Measures the longest time between two of something. */
export interface PauseMeter {
  readonly mark: () => void;
  /** The longest time between two marks since this was asked last, in ms. */
  readonly take: () => number;
}

export function createPauseMeter(): PauseMeter {
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last);
  };
  return {
    mark: () => {
      look();
      last = performance.now();
    },
    take: () => {
      look();
      const taken = longest;
      longest = 0;
      last = performance.now();
      return taken;
    },
  };
}
