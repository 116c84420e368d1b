import { TokenBucket } from 'limiter';

/** A flood of requests from strangers must not flood the log. */
const linesPerSecondMax = 10;

/** Calls `write` at most so often; `untold` is the number of lines that were suppressed since the last one. */
export function createLogThrottle(): (write: (untold: number) => void) => void {
  const bucket = new TokenBucket({
    bucketSize: linesPerSecondMax,
    tokensPerInterval: linesPerSecondMax,
    interval: 'second',
  });
  bucket.content = linesPerSecondMax;
  let untold = 0;
  return (write) => {
    if (!bucket.tryRemoveTokens(1)) {
      untold++;
      return;
    }
    write(untold);
    untold = 0;
  };
}
