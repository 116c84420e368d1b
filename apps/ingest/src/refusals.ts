import type { Log } from '@callstream/runtime';
import { TokenBucket } from 'limiter';
import type { Metrics } from './metrics.ts';
import type { Rejection } from './problem.ts';

/** Most lines of log per second about refused requests; a flood of them must not become one of lines. */
const linesPerSecondMax = 10;

/** Tells the operator of a request that was refused: what is refused is lost, as senders do not repeat it. */
export type Refused = (rejection: Rejection, details: { status: number; address: string }) => void;

export function createRefused({ refused }: Pick<Metrics, 'refused'>, log: Log): Refused {
  const lines = new TokenBucket({
    bucketSize: linesPerSecondMax,
    tokensPerInterval: linesPerSecondMax,
    interval: 'second',
  });
  lines.content = linesPerSecondMax;
  let untold = 0;
  return (rejection, { status, address }) => {
    refused.inc({ reason: rejection.kind });
    if (!lines.tryRemoveTokens(1)) {
      untold++;
      return;
    }
    const problem = 'problem' in rejection ? rejection.problem : undefined;
    log.warn({ reason: rejection.kind, status, source: address, problem, untold }, 'request.refused');
    untold = 0;
  };
}
