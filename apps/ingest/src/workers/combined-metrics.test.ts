import { addCounter, addGauge, createRegistry } from '@callstream/runtime';
import { Registry } from 'prom-client';
import { combineMetrics } from './combined-metrics.ts';

const help = 'x';

/** Metrics of a worker that has accepted `events`, and has as many events in its spool. */
async function metricsOf(events: number) {
  const registry = new Registry();
  addCounter(registry, { name: 'accepted_total', help, label: 'stored_in', values: ['kafka'] }).inc(events);
  addCounter(registry, { name: 'accepted_by_total', help, label: 'stored_in', values: ['kafka', 'spool'] })
    .labels('kafka')
    .inc(events);
  addGauge(registry, { name: 'spooled', help, value: () => events });
  addGauge(registry, { name: 'oldest_age_seconds', help, value: () => events, aggregator: 'max' });
  return registry.getMetricsAsJSON();
}

function combined() {
  const metrics = combineMetrics(new Registry(), () => Promise.resolve());
  const value = async (line: string): Promise<number | undefined> => {
    const found = (await metrics.metrics()).split('\n').find((text) => text.startsWith(`${line} `));
    return found === undefined ? undefined : Number(found.slice(line.length));
  };
  return { ...metrics, value };
}

it('metrics of workers are added up by label; of an age the greatest counts', async () => {
  const { update, value } = combined();
  update(0, await metricsOf(3));
  update(1, await metricsOf(5));
  expect(await value('accepted_by_total{stored_in="kafka"}')).toBe(8);
  expect(await value('accepted_by_total{stored_in="spool"}')).toBe(0);
  expect([await value('spooled'), await value('oldest_age_seconds')]).toEqual([8, 5]);
});

it('a counter never falls when workers end and are replaced, but a gauge does', async () => {
  const { update, end, value } = combined();
  update(0, await metricsOf(3));
  update(1, await metricsOf(5));
  end(1);
  expect(await value('accepted_by_total{stored_in="kafka"}')).toBe(8);
  expect(await value('spooled')).toBe(3);
  update(1, await metricsOf(1));
  end(1);
  end(1);
  update(1, await metricsOf(2));
  expect(await value('accepted_by_total{stored_in="kafka"}')).toBe(11);
  expect(await value('spooled')).toBe(5);
});

it('has the start and the memory of the primary, and adds the memory of workers', async () => {
  const metrics = combineMetrics(createRegistry(), () => Promise.resolve());
  metrics.update(0, await createRegistry().getMetricsAsJSON());
  const text = await metrics.metrics();
  const started = text.split('\n').filter((line) => line.startsWith('process_start_time_seconds '));
  expect(started).toHaveLength(1);
  expect(Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1])).toBeGreaterThan(process.memoryUsage().rss);
});
