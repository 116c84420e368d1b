import { until } from '@callstream/stack';
import { startAuditedSystem, waitingEvent } from './audited-system.ts';
import type { AuditedSystem } from './audited-system.ts';

const mebibyte = 1024 * 1024;
/** Resident memory of a service with a heap of 512 MB, of which decompressed batches may take 192 MB. */
const residentBytesMax = 700 * mebibyte;

const cleanup = new AsyncDisposableStack();
let audited: AuditedSystem;
beforeAll(async () => {
  audited = cleanup.use(await startAuditedSystem());
});
afterAll(() => cleanup.disposeAsync(), 60_000);

it('verify and rebuild leave out a skipped batch', async () => {
  const { partitionOf, post, command, expectAllOfLog } = audited;
  const partition = partitionOf('skipped');
  const bomb = [Buffer.alloc(65 * mebibyte), waitingEvent('in the bomb')];
  const offset = await audited.appendBatch(partition, bomb);
  await post('skipped');
  await command('dlq', 'skip-batch', `${partition}:${offset}`);
  await expectAllOfLog();
  expect(await command('verify')).toContain('The live tables match the log.');
  expect(await command('rebuild')).toMatch(/Swapped/);
  await post('after the rebuild');
  await expectAllOfLog();
});

it('batches of 61 MB on several partitions are processed within the stated memory', async () => {
  const { system, metric } = audited;
  const large = [Buffer.alloc(61 * mebibyte)];
  for (let i = 0; i < 4; i++) await audited.appendBatch(i % 3, large);
  await audited.post('after the large ones');
  const peaks = { PROJECTOR: 0, GATEWAY: 0 };
  const sample = async (service: keyof typeof peaks): Promise<void> => {
    peaks[service] = Math.max(peaks[service], await metric(service, 'process_resident_memory_bytes'));
  };
  const isProjected = async (): Promise<boolean> => {
    await Promise.all([sample('PROJECTOR'), sample('GATEWAY')]);
    return (await metric('GATEWAY', 'callstream_gateway_projection_lag_records')) === 0;
  };
  await system.untilProjected();
  await until(isProjected, { onTimeout: () => new Error('The gateway lags behind the log.') });
  expect(Object.values(peaks).filter((peak) => peak > residentBytesMax || peak === 0)).toEqual([]);
  expect([system.isRunning('projector'), system.isRunning('gateway')]).toEqual([true, true]);
});
