import { randomBytes } from 'node:crypto';
import { connectPublisher, endOffsets } from '@callstream/runtime';
import { poolOf } from '@callstream/tables/testing';
import { openDashboard } from '../clients/dashboard.ts';
import { readMetric } from '../system/ingest.ts';
import { createSender } from '../load/sender.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

/** Resident memory of each service. */
const residentBytesMax = 512 * 1024 * 1024;

/** Incompressible text. */
const digits = (count: number): string => randomBytes(count / 2).toString('hex');
const event = (callId: string, fields: object): string =>
  JSON.stringify({ call_id: callId, timestamp: '2026-03-02T13:00:00Z', ...fields });

/** Each exceeds the limit of one field, in an event type that writes the field to a column or an index. */
const overLong = {
  destination: { type: 'call.overflow', destination: digits(8_000) },
  their_number: { type: 'call.new', our_number: '1', their_number: digits(8_000) },
  our_number: { type: 'call.new', our_number: digits(8_000), their_number: '2' },
  their_number_type: { type: 'call.new', their_number: '2', their_number_type: digits(8_000) },
  direction: { type: 'call.new', their_number: '2', direction: digits(8_000) },
  number: { type: 'actor.entered', actor: 'ana@example.com', queue: '900', number: digits(8_000) },
  url: { type: 'call.recording-available', url: `https://recordings.example/${digits(9_000)}` },
};

/** Declares the tests of texts that are longer than their column or index takes. */
export function testOverLongTexts(system: () => System): void {
  /** All services run within their memory, and the next valid webhook gets into the tables. */
  async function expectHealthy(callId: string): Promise<void> {
    await using sender = createSender(system().webhookUrl, 1);
    expect((await sender.post(event(callId, { type: 'call.waiting', queue: '900' }))).status).toBe(200);
    await system().untilProjected(30_000);
    const { rows } = await poolOf(system().db).query('select queue from calls where call_id = $1', [callId]);
    expect(rows).toEqual([{ queue: '900' }]);
    for (const service of ['ingest', 'projector', 'gateway'] as const) {
      expect({ service, isRunning: system().isRunning(service) }).toEqual({ service, isRunning: true });
      const adminPort = Number(system().env[`${service.toUpperCase()}_ADMIN_PORT`]);
      expect(await readMetric(adminPort, 'process_resident_memory_bytes')).toBeLessThan(residentBytesMax);
    }
  }

  it('webhooks with over-long texts do not stop any service', async () => {
    const bodies = Object.entries(overLong).flatMap(([field, fields]) =>
      Array.from({ length: 12 }, (_, i) => event(`${field} ${i}`, fields)),
    );
    await using sender = createSender(system().webhookUrl, 4);
    const responses = await sender.postAll(bodies);
    expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
    await system().untilProjected(30_000);
    await expectTablesToBeFoldOfLog(system());
    await expectHealthy('good');
  });

  it('ingest refuses an over-long identifier, and from another producer it becomes a dead letter', async () => {
    await using sender = createSender(system().webhookUrl, 1);
    const body = event(digits(8_000), { type: 'call.new' });
    expect((await sender.post(body)).status).toBe(400);
    const deadLetters = async (): Promise<number> =>
      (await endOffsets(system().kafka, `${system().topic}-dlq`)).get(0)?.high ?? 0;
    const before = await deadLetters();
    await using publisher = await connectPublisher(system().kafka);
    const records = Array.from({ length: 12 }, () => ({ value: Buffer.from(body), partition: 0 }));
    await publisher.publishBatch(
      records.map((record) => ({ topic: system().topic, key: null, headers: {}, ...record })),
    );
    await system().untilProjected(30_000);
    expect((await deadLetters()) - before).toBe(12);
    await expectHealthy('good as well');
  });

  // rebuild/upgrade.int.test.ts tests that rebuild and verify process such texts and leave out nothing.

  it.each(Object.entries(overLong))(
    'an over-long %s is null in its column, complete in the body, and listed as omitted',
    async (field, fields) => {
      await using dashboard = await openDashboard(system().socketUrl);
      const expected = { omitted: [field], event: fields };
      expect(await dashboard.listCallEvents(`${field} 0`)).toEqual([expect.objectContaining({ omitted: [field] })]);
      const response = await fetch(
        `${system().socketUrl.replace('ws:', 'http:')}api/calls/${encodeURIComponent(`${field} 0`)}/events`,
      );
      expect(await response.json()).toMatchObject({ events: [expected] });
      const { rows } = await poolOf(system().db).query(`select omitted, body from events where call_id = $1`, [
        `${field} 0`,
      ]);
      expect(rows).toMatchObject([{ omitted: [field], body: fields }]);
    },
  );
}
