import { TokenBucket } from 'limiter';

/** Most lines of log per second about what strangers do; a flood of requests must not become one of lines. */
const linesPerSecondMax = 10;

/** Writes a line unless there were too many of its kind; `untold` is how many were left out since the last one. */
export function createLogThrottle(): (write: (untold: number) => void) => void {
  const lines = new TokenBucket({
    bucketSize: linesPerSecondMax,
    tokensPerInterval: linesPerSecondMax,
    interval: 'second',
  });
  lines.content = linesPerSecondMax;
  let untold = 0;
  return (write) => {
    if (!lines.tryRemoveTokens(1)) {
      untold++;
      return;
    }
    write(untold);
    untold = 0;
  };
}
