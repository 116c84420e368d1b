import { parseEvent } from '@callstream/domain';
import { fixtureEvents } from '@callstream/domain/testing';
import { eventUuid } from '@callstream/runtime';
import fc from 'fast-check';
import { poolOf } from '@callstream/tables/testing';
import { openDashboard } from '../clients/dashboard.ts';
import { createSender } from '../load/sender.ts';
import type { WebhookResponse } from '../load/sender.ts';
import type { ServiceName, System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';

/** Events of the nineteen call lives, each three times, shuffled by the seed; each seed has its own call ids. */
function shuffledTriples(seed: number): string[] {
  const bodies = [...fixtureEvents.values()].flatMap((life) => [...life, ...life, ...life]);
  const [shuffled = []] = fc.sample(fc.shuffledSubarray(bodies, { minLength: bodies.length }), { seed, numRuns: 1 });
  return shuffled.map((body) => body.replace(/("call_id": ?")/, `$1${seed}.`));
}

const connections = 50;

/** Deliveries of each event with a timestamp, by uuid. Without a timestamp each delivery is a new event. */
function timedDeliveries(bodies: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const body of bodies) {
    const parsed = parseEvent(Buffer.from(body));
    if ('problem' in parsed || !parsed.event.isTimed) continue;
    const uuid = eventUuid(Buffer.from(body));
    counts.set(uuid, (counts.get(uuid) ?? 0) + 1);
  }
  return counts;
}

async function storedDeliveries({ db }: System): Promise<Map<string, number>> {
  const { rows } = await poolOf(db).query<{ uuid: string; deliveries: number }>('select uuid, deliveries from events');
  return new Map(rows.map(({ uuid, deliveries }) => [uuid, deliveries]));
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);
const expectAllAccepted = (responses: readonly WebhookResponse[]): void =>
  expect(responses.filter(({ status }) => status !== 200)).toEqual([]);

let system: System;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system[Symbol.asyncDispose](), 60_000);

it('callstream stores each event once with its deliveries, when all call lives are sent three times in random order over 50 connections', async () => {
  await using sender = createSender(system.webhookUrl, connections);
  const bodies = shuffledTriples(1);
  expectAllAccepted(await sender.postAll(bodies));

  await expectTablesToBeFoldOfLog(system);
  const stored = await storedDeliveries(system);
  for (const [uuid, deliveries] of timedDeliveries(bodies))
    expect([uuid, stored.get(uuid)]).toEqual([uuid, deliveries]);
  expect(total(stored)).toBe(bodies.length);
});

const services: readonly ServiceName[] = ['ingest', 'projector', 'gateway'];
it.each(services)(
  'callstream stores every event exactly once when %s is killed in the middle and restarted',
  async (name) => {
    const before = await storedDeliveries(system);
    await using sender = createSender(system.webhookUrl, connections);
    const bodies = shuffledTriples(2 + services.indexOf(name));
    const witness = await openDashboard(system.socketUrl);
    const killAfter = Math.floor(bodies.length / 3);
    let answered = 0;
    const killNow = Promise.withResolvers<undefined>();
    const posted = bodies.map(async (body) => {
      const response = await sender.postUntilAnswered(body);
      if (++answered === killAfter) killNow.resolve(undefined);
      return response;
    });
    await killNow.promise;
    await system.kill(name);
    expect(system.isRunning(name)).toBe(false);
    if (name === 'gateway') expect(await witness.closed).toBe(1006);
    await system.start(name);
    expectAllAccepted(await Promise.all(posted));
    // Otherwise nothing was in flight when ingest was killed.
    if (name === 'ingest') expect(sender.retries()).toBeGreaterThan(0);
    await witness[Symbol.asyncDispose]();

    await expectTablesToBeFoldOfLog(system);
    const stored = await storedDeliveries(system);
    const timed = timedDeliveries(bodies);
    // An event that ingest had stored without responding was delivered once more.
    const added = (uuid: string): number => (stored.get(uuid) ?? 0) - (before.get(uuid) ?? 0);
    for (const [uuid, deliveries] of timed) expect(added(uuid)).toBeGreaterThanOrEqual(deliveries);
    if (name !== 'ingest') expect(total(stored) - total(before)).toBe(bodies.length);

    await using dashboard = await openDashboard(system.socketUrl);
    const { rows } = await poolOf(system.db).query<{ callId: string }>(
      `select call_id as "callId" from calls order by case when finished_at is not null then 1
         when is_opened and heard_at >= now() - interval '2 hours' then 0 else 2 end, created_at, id`,
    );
    expect((await dashboard.listCalls()).map((call) => call.aggregate_id)).toEqual(rows.map(({ callId }) => callId));
  },
);
