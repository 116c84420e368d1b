import { createLogThrottle } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import type { IngestMetrics } from '../metrics.ts';
import { settingOf } from '../problem.ts';
import type { WebhookRejection } from '../problem.ts';

/** Counts and logs a refused request: its event is lost unless the sender retries, and most senders do not. */
export type ReportRefusal = (rejection: WebhookRejection, details: { status: number; address: string }) => void;

export function createReportRefusal({ refused }: Pick<IngestMetrics, 'refused'>, log: Log): ReportRefusal {
  const throttled = createLogThrottle();
  return (rejection, { status, address }) => {
    refused.inc({ reason: rejection.kind });
    const problem = 'problem' in rejection ? rejection.problem : undefined;
    const setting = settingOf(rejection);
    throttled((untold) =>
      log.warn({ reason: rejection.kind, status, source: address, problem, setting, untold }, 'request.refused'),
    );
  };
}
