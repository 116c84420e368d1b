import { UnknownTypes } from '@callstream/contracts';
import { kinds } from '@callstream/domain';
import { connectPublisher } from '@callstream/runtime';
import type { RawEvent } from './raw-event.ts';
import { recountClocks, recountUnknownTypes } from './recount-events.ts';
import { createSender } from '../load/sender.ts';
import { createRecordOf } from '../log/produce-webhooks.ts';
import { readLog } from '../log/read-log.ts';
import { execCommand } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';

// For a busy machine.
const hourMs = 3_600_000;
const importedAfterMs = 14 * hourMs;
const misspelt = ['call.finish', 'call.finish', 'call.finish', 'Call.Finished', 'actor.loged-in'];
/** Senders choose this text: it must not control a terminal. */
const strange = 'hold\u001B[31m\u202E';
/** Own times by how they must be read, far from every limit. */
const ownTimes = (ago: (ms: number) => string) => ({
  ahead: [-60_000, -hourMs, -48 * hourMs].map(ago),
  none: ['noon', '1772456401123456', undefined],
  late: [60_000, hourMs, 13 * hourMs].map(ago),
  imported: [15 * hourMs, 48 * hourMs].map(ago),
});

const cleanup = new AsyncDisposableStack();
let system: System;
/** Every delivery in the log. */
let deliveries: (RawEvent & { readonly sourceName: string | null })[];
/** Every event once, as its first delivery. */
let events: typeof deliveries;

beforeAll(async () => {
  system = cleanup.use(await startTestSystem());
  const nowMs = Date.now();
  const ago = (ms: number): string => new Date(nowMs - ms).toISOString();
  const bodies = [
    ...[...misspelt, strange, 'call.new', 'call.on-going', 'actor.logged_in'].map((type) => ({
      type,
      timestamp: ago(0),
    })),
    { type: 'call.finish', timestamp: ago(25 * hourMs) },
    ...Object.values(ownTimes(ago)).flatMap((times) => times.map((timestamp) => ({ type: 'call.waiting', timestamp }))),
  ].map((body, n) => JSON.stringify({ ...body, call_id: `call-${n}`, n }));
  await using sender = createSender(system.webhookUrl, 4);
  const answers = [...(await sender.postAll(bodies)), ...(await sender.postAll(bodies.slice(0, 3)))];
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  await produceOf('lisbon', [ago(0), ago(0), ago(2 * hourMs)]);
  await system.untilProjected();
  deliveries = (await readLog(system.kafka, system.topic)).map(({ callId, receivedAt, json, sourceName }) => ({
    callId,
    receivedAt,
    sourceName,
    body: JSON.parse(json) as RawEvent['body'],
  }));
  events = [...new Map(deliveries.toReversed().map((event) => [JSON.stringify(event.body), event])).values()];
  expect(deliveries.length - events.length).toBe(3);
});
afterAll(() => cleanup.disposeAsync());

/** Produces events of a named instance: ingest has no such source yet. */
async function produceOf(source_name: string, times: readonly string[]): Promise<void> {
  const recordOf = await createRecordOf(system);
  await using publisher = await connectPublisher(system.kafka);
  const records = times.map((timestamp, n) => {
    const record = recordOf(
      JSON.stringify({ type: 'call.new', call_id: `${source_name}-${n}`, timestamp }),
      Date.now(),
    );
    return { ...record, headers: { ...record.headers, source_name } };
  });
  await publisher.publishBatch(records);
}

const projector = (...args: string[]) =>
  execCommand({ args: ['apps/projector/src/main.ts', ...args], env: system.env });

interface PrintedStatus {
  readonly recentEvents: {
    readonly from: string;
    readonly unknownTypes: { readonly types: readonly Record<string, unknown>[]; readonly more: boolean };
    readonly clocks: readonly Record<string, unknown>[];
  };
}

async function readStatus(): Promise<PrintedStatus['recentEvents']> {
  const { code, out, err } = await projector('status', '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return (JSON.parse(out) as PrintedStatus).recentEvents;
}

/** Without those that `status` counts as imports. */
const countedClocks = (of: string | null) =>
  recountClocks(
    events.filter(
      ({ sourceName, receivedAt, body }) =>
        sourceName === of && !(Date.parse(String(body['timestamp'])) < receivedAt - importedAfterMs),
    ),
  );

const bySimilarity = {
  'call.finish': 'call.finished',
  'Call.Finished': 'call.finished',
  'actor.loged-in': 'actor.logged-in',
};

async function expectStatusToEqualRecount(): Promise<void> {
  const { from, unknownTypes, clocks: counted } = await readStatus();
  const recounted = recountUnknownTypes(events, Date.parse(from));
  expect(recounted).toMatchObject({ 'call.finish': { events: 3 }, [strange]: { events: 1 } });
  const types = Object.entries(recounted).map(([type, { events: number, last }]) => ({
    type,
    events: number,
    lastSeenAt: new Date(last).toISOString(),
  }));
  expect(new Set(unknownTypes.types.map(({ similarTo: _, ...type }) => JSON.stringify(type)))).toEqual(
    new Set(types.map((type) => JSON.stringify(type))),
  );
  expect(unknownTypes.types).toHaveLength(types.length);
  expect(counted).toEqual([
    { source: 'teravoz', sourceName: null, ...countedClocks(null) },
    { source: 'teravoz', sourceName: 'lisbon', ...countedClocks('lisbon') },
  ]);
  expect(countedClocks(null)).toMatchObject({ ahead: 3, none: 3 });
  expect(countedClocks(null).late).toBeGreaterThanOrEqual(3);
}

it('projector status has unknown types and clocks as a recount of the log, also after a rebuild', async () => {
  await expectStatusToEqualRecount();
  expect(await projector('rebuild')).toMatchObject({ code: 0 });
  await expectStatusToEqualRecount();
});

it('projector status prints what a sender probably meant, and shares by source, and no control characters', async () => {
  const { out } = await projector('status');
  expect(out).toMatch(/^ {2}call\.finish {2}3 events, last \S+Z {2}did you mean call\.finished\?$/m);
  expect(out).toMatch(/^ {2}Call\.Finished {2}1 event, last \S+Z {2}did you mean call\.finished\?$/m);
  expect(out).toMatch(/^ {2}hold\uFFFD\[31m\uFFFD {2}1 event, last \S+Z$/m);
  for (const [name, of] of [
    ['teravoz', null],
    ['teravoz lisbon', 'lisbon'],
  ] as const) {
    const { ahead, none, late, on_time } = countedClocks(of);
    const all = ahead + none + late + on_time;
    const share = (count: number): string => `${count} (${((100 * count) / all).toFixed(1)} %)`;
    expect(out).toContain(
      `  ${name}  ${all} events: ${share(ahead)} with a time ahead of the reception, ${share(none)} without a usable time, ${share(late)} more than 10 s late\n`,
    );
  }
});

it('the metrics of ingest count every delivery of its webhooks, and no text of a sender is a label', async () => {
  const text = await (await fetch(`http://127.0.0.1:${system.env['INGEST_ADMIN_PORT'] ?? ''}/metrics`)).text();
  /** Summed over the other labels. */
  const countsOf = (name: string, label: string): Record<string, number> => {
    const pattern = new RegExp(`^callstream_ingest_${name}\\{(?:.*,)?${label}="([^"]*)".*\\} (\\d+)$`, 'gm');
    const counts: Record<string, number> = {};
    for (const [, value = '', count] of text.matchAll(pattern)) counts[value] = (counts[value] ?? 0) + Number(count);
    return counts;
  };
  const posted = deliveries.filter(({ sourceName }) => sourceName === null);
  expect(countsOf('event_clocks_total', 'clock')).toEqual(recountClocks(posted));
  const unknown: Record<string, number> = Object.fromEntries([...kinds, 'none'].map((kind) => [kind, 0]));
  for (const [type, { events: number }] of Object.entries(recountUnknownTypes(posted, 0))) {
    const meant = (bySimilarity as Record<string, string>)[type] ?? 'none';
    unknown[meant] = (unknown[meant] ?? 0) + number;
  }
  expect(countsOf('unknown_types_total', 'similar_to')).toEqual(unknown);
  expect(text).not.toContain('hold');
});

it('GET /api/unknown-types has the same as projector status', async () => {
  const { unknownTypes } = await readStatus();
  const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/unknown-types`);
  const { types } = UnknownTypes.parse(await response.json());
  expect(
    types.map(({ type, events: number, last_seen_at, similar_to }) => [type, number, last_seen_at, similar_to]),
  ).toEqual(
    unknownTypes.types.map(({ type, events: number, lastSeenAt, similarTo }) => [type, number, lastSeenAt, similarTo]),
  );
  expect(Object.fromEntries(types.map(({ type, similar_to }) => [type, similar_to]))).toEqual({
    ...bySimilarity,
    [strange]: null,
  });
});
