import { createLogThrottle } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { IngestMetrics } from '../metrics.ts';
import { settingOf } from '../problem.ts';
import type { WebhookRejection } from '../problem.ts';

/** Tells the operator of a request that was refused: what is refused is lost, as senders do not repeat it. */
export type ReportRefusal = (rejection: WebhookRejection, details: { status: number; address: string }) => void;

export function createReportRefusal({ refused }: Pick<IngestMetrics, 'refused'>, log: Log): ReportRefusal {
  const limited = createLogThrottle();
  return (rejection, { status, address }) => {
    refused.inc({ reason: rejection.kind });
    const problem = 'problem' in rejection ? rejection.problem : undefined;
    const setting = settingOf(rejection);
    limited((untold) =>
      log.warn({ reason: rejection.kind, status, source: address, problem, setting, untold }, 'request.refused'),
    );
  };
}
