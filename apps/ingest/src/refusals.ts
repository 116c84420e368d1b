import { createLineLimit } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { Metrics } from './metrics.ts';
import { settingOf } from './problem.ts';
import type { Rejection } from './problem.ts';

/** Tells the operator of a request that was refused: what is refused is lost, as senders do not repeat it. */
export type Refused = (rejection: Rejection, details: { status: number; address: string }) => void;

export function createRefused({ refused }: Pick<Metrics, 'refused'>, log: Log): Refused {
  const limited = createLineLimit();
  return (rejection, { status, address }) => {
    refused.inc({ reason: rejection.kind });
    const problem = 'problem' in rejection ? rejection.problem : undefined;
    const setting = settingOf(rejection);
    limited((untold) =>
      log.warn({ reason: rejection.kind, status, source: address, problem, setting, untold }, 'request.refused'),
    );
  };
}
