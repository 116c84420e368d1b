import type { Log } from '@callstream/runtime';
import type { Counter } from 'prom-client';
import type { IngestMetrics } from '../metrics.ts';
import { recordsIn } from '../spool/metrics.ts';
import type { Spool } from '../spool/spool.ts';

const everyMs = 60_000;

export interface TrafficOptions {
  readonly metrics: Pick<IngestMetrics, 'accepted' | 'refused'>;
  readonly spool: Pick<Spool, 'status'>;
  readonly log: Log;
}

/** One line a minute of what came in, as long as anything does: a line for each event would be longer than the events. */
export function logTraffic({ metrics, spool, log }: TrafficOptions): Disposable {
  let before = { accepted: 0, refused: 0 };
  const tell = async (): Promise<void> => {
    const now = { accepted: await sum(metrics.accepted), refused: await sum(metrics.refused) };
    const [accepted, refused] = [now.accepted - before.accepted, now.refused - before.refused];
    before = now;
    const spooled = recordsIn(spool);
    if (accepted + refused + spooled > 0)
      log.info({ accepted, refused, spool_records: spooled, seconds: everyMs / 1_000 }, 'ingest.traffic');
  };
  const timer = setInterval(() => void tell(), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const sum = async (metric: Counter): Promise<number> =>
  (await metric.get()).values.reduce((total, { value }) => total + value, 0);
