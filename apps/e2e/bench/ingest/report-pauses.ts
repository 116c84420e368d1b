// For `node --import`: prints each garbage collection of a process that is measured, as `{"gc_ms":…}`. prom-client's metric counts
// only the first of those that it is notified of together. With FULL_GC_EVERY_MS it also collects all garbage so often.
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { runInNewContext } from 'node:vm';

const everyMs = Number(process.env['FULL_GC_EVERY_MS'] ?? 0);

// The thread of the spool loads this file too, and delays nothing but the disk.
if (isMainThread) {
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      if (duration >= 1) process.stdout.write(`{"gc_ms":${duration.toFixed(1)}}\n`);
  }).observe({ entryTypes: ['gc'] });
  if (everyMs > 0) {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    setInterval(collect, everyMs).unref();
  }
}
