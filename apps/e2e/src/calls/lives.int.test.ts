import { callsOfEvents, fixtureEvents } from '@callstream/domain/testing';
import { connect } from '@callstream/client';
import type { CallEvents, EventWithBody } from '@callstream/client';
import { until } from '@callstream/stack';
import { openDashboard } from '../clients/dashboard.ts';
import type { Dashboard } from '../clients/dashboard.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import type { System } from '../system/system.ts';
import { numbersIn, plainNumbers, randomValues } from './random-numbers.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';

let system: System;
let dashboard: Dashboard;

beforeAll(async () => {
  system = await startTestSystem();
  dashboard = await openDashboard(system.socketUrl);
});
afterAll(async () => {
  await dashboard[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

/** The calls of the whole log as ListCalls must return them, computed by the domain. */
async function expectedCalls(): Promise<object[]> {
  const log = await readLog(system.kafka, system.topic);
  return [...callsOfEvents(log).values()].map((call) => ({
    id: call.id,
    aggregate_id: call.callId,
    state: call.state,
    direction: call.direction,
    our_number: call.ourNumber,
    their_number: call.theirNumber,
    queue: call.queue,
    created_at: new Date(call.createdAt).toISOString(),
    updated_at: new Date(call.updatedAt).toISOString(),
  }));
}

/** Lists calls on every DataChanged, as dashboards do, until `isComplete`. */
async function listOnChange(seen: number, isComplete: (calls: object[]) => boolean): Promise<object[]> {
  for (let next = seen; ; next = dashboard.changes()) {
    await dashboard.changedAfter(next);
    const calls = await dashboard.listCalls();
    if (isComplete(calls)) return calls;
  }
}

/** Once there are so many events. */
async function untilEvents(events: CallEvents, count: number): Promise<readonly EventWithBody[]> {
  await until(() => events.get().length >= count, {
    onTimeout: () => new Error(`${events.get().length} events of ${count} came.`),
  });
  return events.get();
}

const byId = (rows: readonly object[]): object[] =>
  rows.toSorted((a, b) => (a as { id: number }).id - (b as { id: number }).id);

describe('the webhooks of a call life', () => {
  it.each([...fixtureEvents.keys()])(
    'the socket shows the calls of %s as the fold of the log, and Postgres has them',
    async (life) => {
      const bodies = fixtureEvents.get(life) ?? [];
      const seen = dashboard.changes();
      await using sender = createSender(system.webhookUrl, 1);
      const aggregates = new Set<string>();
      for (const body of bodies) {
        const { status, text } = await sender.post(body);
        expect({ status, body }).toEqual({ status: 200, body });
        const { data } = JSON.parse(text) as { data: { aggregate_id: string | null } };
        if (data.aggregate_id !== null) aggregates.add(data.aggregate_id);
      }

      const expected = byId(await expectedCalls());
      const shown = await listOnChange(seen, (calls) => JSON.stringify(byId(calls)) === JSON.stringify(expected));
      expect(byId(shown)).toEqual(expected);
      for (const id of aggregates) {
        const events = await dashboard.listCallEvents(id);
        const sent = new Set(bodies.map((body) => JSON.stringify(JSON.parse(body))));
        expect(events.every(({ aggregate_id }) => aggregate_id === id)).toBe(true);
        for (const { event } of events)
          expect([...sent].map((body) => JSON.parse(body) as unknown)).toContainEqual(event);
      }
      await expectTablesToBeFoldOfLog(system);
    },
  );

  it('numbers have all their digits over HTTP, on the socket and in the client library, nested too', async () => {
    const call_id = 'digits';
    const numbers = '"n":9007199254740993,"m":12345678901234567890,"price":1.10';
    const bodies = randomValues(60).map(
      (value, i) => `{"type":"x","call_id":"${call_id}","order":${i},${numbers},"value":${value}}`,
    );
    using client = connect(system.socketUrl, { filter: null });
    using watched = client.watchCall(call_id);
    await using sender = createSender(system.webhookUrl, 1);
    for (const body of bodies) expect(await sender.post(body)).toMatchObject({ status: 200 });

    const received = await untilEvents(watched, bodies.length);
    expect(received.map(({ body }) => numbersIn(body))).toEqual(bodies.map(numbersIn));
    await system.untilProjected();
    const stored = await client.ask('ListCallEvents', { call_id });
    // Postgres writes them out: 1e5 is 100000 there.
    expect(stored.map(({ body }) => plainNumbers(body))).toEqual(bodies.map(numbersIn));
    expect(stored.map(({ body }) => JSON.parse(body) as unknown)).toEqual(stored.map(({ event }) => event));
    const page = await (await fetch(`${system.socketUrl.replace('ws', 'http')}api/calls/${call_id}/events`)).text();
    for (const { body } of stored) expect(page).toContain(`"event":${body}}`);
  });

  it('an unknown or malformed command gets a failure answer, and the socket stays open', async () => {
    expect(await dashboard.request('NoSuchThing', {})).toMatchObject({ event: 'InvalidEvent', status: 'Failed' });
    expect(await dashboard.request('ListCalls', { params: { limit: 1e9 } })).toMatchObject({
      event: 'ListCalls',
      status: 'Failed',
    });
    expect(await dashboard.listCalls({ state: 'WAITING' })).not.toEqual([]);
  });
});
