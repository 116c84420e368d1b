import { join } from 'node:path';
import { startIngest } from '../../src/system/ingest.ts';
import { targetOf } from './webhook-target.ts';
import type { WebhookTarget } from './webhook-target.ts';

/** An ingest that reports its garbage collections. */
export interface TailTarget extends WebhookTarget {
  /** Garbage collections of at least 1 ms since the last call, in ms. */
  readonly takePauses: () => number[];
  /** Buckets of a histogram, summed over its labels: bound and number of observations within it. */
  readonly cumulative: (name: string) => Promise<[number, number][]>;
}

const reportPauses = join(import.meta.dirname, 'report-pauses.ts');

/** `fullGcEveryMs`: how often it collects all garbage at once, in ms; default: when V8 does. */
export async function startTailTarget(
  brokers: readonly string[],
  topic: string,
  fullGcEveryMs = 0,
): Promise<TailTarget> {
  let pauses: number[] = [];
  const ingest = await startIngest({
    brokers,
    topic,
    env: {
      SPOOL_MAX_BYTES: '10000000000',
      NODE_OPTIONS: `--import=${reportPauses}`,
      FULL_GC_EVERY_MS: String(fullGcEveryMs),
    },
    onLine: (line) => {
      if (line.startsWith('{"gc_ms":')) pauses.push((JSON.parse(line) as { gc_ms: number }).gc_ms);
    },
  });
  return {
    ...targetOf(ingest.webhookUrl, ingest.metric, ingest),
    takePauses: () => {
      const taken = pauses;
      pauses = [];
      return taken;
    },
    cumulative: async (name) => {
      const buckets = new Map<number, number>();
      const pattern = new RegExp(`^${name}_bucket\\{.*?le="([^"]+)".*\\} (\\S+)$`, 'gm');
      for (const [, bound = '', count] of (await ingest.metricsText()).matchAll(pattern)) {
        const le = bound === '+Inf' ? Infinity : Number(bound);
        buckets.set(le, (buckets.get(le) ?? 0) + Number(count));
      }
      return [...buckets];
    },
  };
}
