const perSecond = 50;
const burst = 200;

/** A token bucket for one socket: `take(now)` is false when it sends more than 50 messages a second beyond a burst of 200. */
export function createMessageRate(now: number): { take: (now: number) => boolean } {
  let tokens = burst;
  let last = now;
  return {
    take: (at) => {
      tokens = Math.min(burst, tokens + ((at - last) / 1000) * perSecond);
      last = at;
      tokens -= 1;
      return tokens >= 0;
    },
  };
}
