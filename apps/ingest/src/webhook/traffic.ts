import type { Log } from '@callstream/runtime';
import { recordsIn } from '@callstream/spool';
import type { Spool } from '@callstream/spool';
import type { Counter } from 'prom-client';
import type { IngestMetrics } from '../metrics.ts';

const intervalMs = 60_000;

export interface TrafficOptions {
  readonly metrics: Pick<IngestMetrics, 'accepted' | 'refused'>;
  readonly spool: Pick<Spool, 'status'>;
  readonly log: Log;
}

/** Logs once a minute how many events were accepted, unless there were none. A line per event would be longer than the event. */
export function logTraffic({ metrics, spool, log }: TrafficOptions): Disposable {
  let previous = { accepted: 0, refused: 0 };
  const logInterval = async (): Promise<void> => {
    const current = { accepted: await sum(metrics.accepted), refused: await sum(metrics.refused) };
    const [accepted, refused] = [current.accepted - previous.accepted, current.refused - previous.refused];
    previous = current;
    const spooled = recordsIn(spool);
    if (accepted + refused + spooled > 0)
      log.info({ accepted, refused, spool_records: spooled, seconds: intervalMs / 1_000 }, 'ingest.traffic');
  };
  const timer = setInterval(() => void logInterval(), intervalMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const sum = async (metric: Counter): Promise<number> =>
  (await metric.get()).values.reduce((total, { value }) => total + value, 0);
