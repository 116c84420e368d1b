import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queues, ConcurrentCalls } from '@callstream/contracts';
import { numberDefinitions } from '@callstream/domain';
import type { OutcomeCounts } from '@callstream/domain';
import { callsOfEvents, eventsOf, fixtureEventsUntil } from '@callstream/domain/testing';
import { outcomeCountsOf } from '@callstream/domain/testing/outcome-counts';
import { startProxy, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import type { Proxy } from '@callstream/stack';
import Papa from 'papaparse';
import type { Browser, Page, Route } from 'playwright-core';
import { startBrowser } from '../clients/browser.ts';
import { accessibilityViolations, cutOffPx, openPage, horizontalOverflowPx } from '../clients/dashboard-page.ts';
import type { DashboardPage } from '../clients/dashboard-page.ts';
import { startGateway } from '../system/gateway.ts';
import { produceDelegations } from '../log/produce-delegations.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import type { Sender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';

// For a busy machine.
const livesNow = fixtureEventsUntil(Date.now());
const wait = { timeout: 20_000 };
/** Some headings are only for screen readers: present, but not visible. */
const attached = { ...wait, state: 'attached' } as const;
const dayMs = 86_400_000;
/** A time zone in which it is about noon: today has a morning. */
const hoursToNoon = 12 - new Date().getUTCHours();
const timeZone = `Etc/GMT${hoursToNoon > 0 ? '-' : '+'}${Math.abs(hoursToNoon)}`;
const firstLoadBytesMax = 250_000;

const cleanup = new AsyncDisposableStack();
let system: System;
let sender: Sender;
let browser: Browser;
/** Between the browser and the gateway. */
let proxy: Proxy;
let base: string;
let dashboard: DashboardPage;
let page: Page;
let namesFile: string;

/** Replaces the file, as an editor does. */
async function writeNames(text: string): Promise<void> {
  await writeFile(`${namesFile}.new`, text);
  await rename(`${namesFile}.new`, namesFile);
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-names-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  namesFile = join(folder, 'names.yaml');
  await writeNames('{}');
  const database = cleanup.use(await testDatabase({ content: migrated }));
  const kafka = { brokers: testKafkaBrokers(), topic: testTopicName() };
  const settings = { TIME_ZONE: timeZone, NAMES_FILE: namesFile };
  [system, browser] = await Promise.all([
    startSystem({ ...kafka, databaseUrl: database.url, settings }),
    startBrowser(),
  ]);
  cleanup.use(system);
  cleanup.defer(() => browser.close());
  sender = cleanup.use(createSender(system.webhookUrl, 8));
  proxy = cleanup.use(await startProxy({ to: { port: Number(new URL(system.socketUrl).port) } }));
  base = `http://127.0.0.1:${proxy.port}/`;
  dashboard = cleanup.use(await openPage(browser, { url: base, height: 3_000 }));
  ({ page } = dashboard);
});
afterAll(() => cleanup.disposeAsync());
// Any error of the page fails the test: exceptions, markup from foreign text, violations of the content security policy.
afterEach(() => expect(dashboard.errors).toEqual([]));

async function post(...bodies: (object | string)[]): Promise<void> {
  const texts = bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body)));
  expect((await sender.postAll(texts)).filter(({ status }) => status !== 200)).toEqual([]);
}
const now = (): string => new Date().toISOString();
const waiting = (call_id: string, more = {}) => ({
  type: 'call.waiting',
  call_id,
  queue: '900',
  timestamp: now(),
  ...more,
});
/** Goes to the view of `hash`, and waits until it is rendered in place of the view before. */
const go = (on: Page, hash: string): Promise<void> =>
  on.evaluate(
    (next) =>
      new Promise<void>((done) => {
        const before = location.href;
        location.hash = next;
        if (location.href === before) done();
        else addEventListener('hashchange', () => setTimeout(done), { once: true });
      }),
    hash,
  );
const row = (callId: string) => page.locator(`[data-call="${callId}"]`);
const untilLive = (of: Page) => of.locator('.connection-status[data-connection=live]').waitFor(wait);

/** call_id → state, as the table shows it. */
const shownStates = (): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-call]')].map((element) => [
        element.dataset['call'] ?? '',
        [...(element.querySelector('.state')?.classList ?? [])].find((name) => name.startsWith('state-'))?.slice(6) ??
          '',
      ]),
    ),
  );

const shownIds = async (): Promise<string[]> => Object.keys(await shownStates()).toSorted();

it('the empty dashboard explains how to send a webhook, and loads less than 250 kB', async () => {
  await page.getByText('No call yet.').waitFor(wait);
  expect(await page.locator('pre').first().textContent()).toContain('curl');
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize)
      .reduce((sum, size) => sum + size, 0),
  );
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(firstLoadBytesMax);
});

it('the dashboard shows every step of a call soon after its webhook', async () => {
  await go(page, '#/calls');
  const life = (livesNow.get('01-nominal') ?? []).map((body) => ({ body, receivedAt: new Date().toISOString() }));
  for (const [i, { body }] of life.entries()) {
    await post(body);
    for (const [callId, call] of callsOfEvents(eventsOf(life.slice(0, i + 1))))
      await row(callId).locator(`.state-${call.state}`).waitFor(wait);
  }
});

it('the dashboard shows every call in the state of the fold of the log, also after a reload', async () => {
  await post(...[...livesNow.values()].flat());
  const calls = [...callsOfEvents(await readLog(system.kafka, system.topic)).values()];
  const expected = Object.fromEntries(calls.map((call) => [call.callId, call.state as string]));
  await expectSoon(shownStates, expected);
  await page.reload();
  await expectSoon(shownStates, expected);
});

async function expectSoon<T>(read: () => Promise<T>, expected: T): Promise<void> {
  let last: T | undefined;
  const isEqual = async (): Promise<boolean> => {
    last = await read();
    return JSON.stringify(sorted(last)) === JSON.stringify(sorted(expected));
  };
  await until(isEqual, {
    timeoutMs: wait.timeout,
    everyMs: 50,
    onTimeout: () => new Error('Not equal in time.'),
  }).catch(() => expect(last).toEqual(expected));
}
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).toSorted() : value;

it('filters and search change the list and the address', async () => {
  await post(
    waiting('filtered-1', { queue: 'fila', their_number: '+55 11 91234-0001' }),
    waiting('filtered-2', { queue: 'fila' }),
  );
  await go(page, '#/calls?queue=fila');
  await expectSoon(shownIds, ['filtered-1', 'filtered-2']);
  await page.keyboard.press('/');
  await page.locator('input[type=search]:focus').waitFor(wait);
  await page.keyboard.type('1234 0001');
  await expectSoon(shownIds, ['filtered-1']);
  expect(new URL(page.url()).hash).toBe('#/calls?queue=fila&search=1234+0001');
  await page.reload();
  await expectSoon(shownIds, ['filtered-1']);
  await go(page, '#/calls?queue=fila');
  await page.getByRole('button', { name: 'Finished' }).click();
  await page.getByText('No call matches.').waitFor(wait);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await row('filtered-2').waitFor(wait);
});

it('the page of a call shows every event, marks late, duplicate and unknown ones, and adds new ones', async () => {
  const call_id = 'detailed';
  const at = new Date(Date.now() - 60_000).toISOString();
  const late = `{"type":"call.new","call_id":"${call_id}","timestamp":"${at}","prices":[1.10,9007199254740993]}`;
  await post(waiting(call_id), late, late, { type: 'call.teleported', call_id });
  // The gateway sends no update for a redelivery: both deliveries must be in Postgres before the page opens.
  await system.untilProjected();
  await go(page, `#/calls/${call_id}`);
  const event = (type: string) => page.locator(`li[data-type="${type}"]`);
  await event('call.new').getByText('late', { exact: true }).waitFor(wait);
  await event('call.new').getByText('out of order').waitFor(wait);
  await event('call.new').getByText('delivered 2 times').waitFor(wait);
  await event('call.teleported').getByText('unknown type').waitFor(wait);
  await event('call.teleported').getByText('no valid timestamp').waitFor(wait);
  await event('call.new').locator('summary').click();
  const body = (await event('call.new').locator('pre').textContent()) ?? '';
  expect(JSON.parse(body)).toEqual(JSON.parse(late));
  // As they were sent: 1.1 and 9007199254740992 would be other digits.
  expect(body).toContain('[\n    1.10,\n    9007199254740993\n  ]');
  await post(
    { type: 'actor.entered', call_id, actor: 'ana@example.com', queue: '900', timestamp: now() },
    { type: 'call.recording-available', call_id, url: 'javascript:alert(1)', timestamp: now() },
  );
  await event('actor.entered').waitFor(wait);
  await page.locator('.lane').getByText('ana@example.com').waitFor(wait);
  // Only http and https addresses become links.
  await page.locator('.facts').getByText('javascript:alert(1)').waitFor(wait);
  expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
  await go(page, '#/calls/never-was');
  await page.getByText('This call is not known.').waitFor(wait);
});

it('a call with more events than fit an answer shows the newest ones, and older ones on request', async () => {
  const call_id = 'large';
  await post(...[1, 2, 3].map((n) => waiting(call_id, { n, data: 'x'.repeat(900_000) })));
  const isPaged = async (): Promise<boolean> => {
    const response = (await (await fetch(`${base}api/calls/${call_id}/events`)).json()) as { next?: number | null };
    return typeof response.next === 'number';
  };
  await expectSoon(isPaged, true);
  await go(page, `#/calls/${call_id}`);
  const shownEvents = (): Promise<number> => page.locator('.events li').count();
  await expectSoon(shownEvents, 2);
  const older = page.getByRole('button', { name: 'Load older events' });
  await older.click();
  await expectSoon(shownEvents, 3);
  expect(await older.count()).toBe(0);
});

/** Events of one call, each so many seconds ago. */
const life = (call_id: string, direction: string, ...events: readonly (readonly [string, number, object?])[]) => {
  // Once, so that the times between the events are exact.
  const nowMs = Date.now();
  return events.map(([type, secondsAgo, fields]) => ({
    type,
    call_id,
    direction,
    their_number: '11988880000',
    timestamp: new Date(nowMs - secondsAgo * 1_000).toISOString(),
    ...fields,
  }));
};

/** The calls of today as the page shows them: direction → outcome → number. */
const shownCallsToday = (of: Page): Promise<unknown> =>
  of.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-direction]')].map((direction) => [
        direction.dataset['direction'] ?? '',
        Object.fromEntries(
          [...direction.querySelectorAll<HTMLElement>('[data-outcome]')].map((outcome) => [
            outcome.dataset['outcome'] ?? '',
            Number(outcome.querySelector('dd')?.textContent),
          ]),
        ),
      ]),
    ),
  );

/** The same, of the log. */
async function callsTodayOfLog(): Promise<OutcomeCounts> {
  const { from, to } = Queues.parse(await (await fetch(`${base}api/queues`)).json()).today;
  const calls = [...callsOfEvents(await readLog(system.kafka, system.topic)).values()].filter(
    ({ isOpened, beganAt }) => isOpened && beganAt >= Date.parse(from) && beganAt < Date.parse(to),
  );
  return outcomeCountsOf(calls, Date.now(), 7_200_000);
}

it.each([
  ['en', 'Calls today', 'Answered without a queue'],
  ['pt-BR', 'Chamadas de hoje', 'Atendidas sem fila'],
])(
  'the calls of today are shown by direction and outcome, also without queues: %s',
  async (language, title, outcome) => {
    await post(
      ...life(`today-in-${language}`, 'inbound', ['call.new', 20], ['call.ongoing', 15], ['call.finished', 1]),
      ...life(`today-out-${language}`, 'outbound', ['call.new', 20], ['call.finished', 1]),
      ...life(`today-internal-${language}`, 'internal', ['call.new', 20], ['call.ongoing', 15]),
    );
    await system.untilProjected();
    const expected = await callsTodayOfLog();
    expect(expected).toMatchObject({ inbound: { answered_without_queue: expect.any(Number) as number } });
    await using opened = await openPage(browser, { url: `${base}#/now`, width: 360, settings: { language } });
    await opened.page.getByRole('heading', { name: title }).waitFor(wait);
    await expectSoon(() => shownCallsToday(opened.page), expected);
    await opened.page.getByText(outcome, { exact: true }).waitFor(wait);
    expect(await horizontalOverflowPx(opened.page)).toBe(0);
    expect(await accessibilityViolations(opened.page)).toEqual([]);
    expect(opened.errors).toEqual([]);
  },
);

it('callers who wait and talk are shown without outbound and internal calls, which are shown apart', async () => {
  const queue = 'apart';
  await post(
    ...life('apart-caller', 'inbound', ['call.new', 0], ['call.waiting', 0, { queue }]),
    ...life(
      'apart-dialled',
      'outbound',
      ['call.new', 600],
      ['call.waiting', 600, { queue }],
      ['call.data-provided', 0],
    ),
    ...life('apart-dialled-2', 'outbound', ['call.new', 600], ['actor.entered', 0, { queue, actor: 'ana' }]),
  );
  await go(page, `#/now?queue=${queue}`);
  const figure = (name: string) => page.locator('.figure', { has: page.locator('dt', { hasText: name }) });
  await expectSoon(() => figure('Waiting').locator('dd').allTextContents(), ['1', '+ 1 outbound']);
  await expectSoon(() => figure('Talking').locator('dd').allTextContents(), ['0', '+ 1 outbound']);
  expect(await figure('Longest wait').locator('.figure-value').textContent()).toMatch(/^0:\d\d$/);
  await page.locator('.longest li').waitFor(wait);
  expect(
    await page.locator('.longest li a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
  ).toEqual(['#/calls/apart-caller']);
});

it('the table of queues has a column for other exits than answers and abandons as soon as there are some, and says which', async () => {
  const queue = 'exits';
  const queueRow = page.locator('.queues tbody tr', { hasText: queue });
  await post(...life('exit-late', 'inbound', ['call.waiting', 30, { queue }]));
  await go(page, '#/now');
  await queueRow.waitFor(wait);
  expect(await page.locator('.queues thead').textContent()).not.toContain('Other exits');
  await post(
    ...life('exit-late', 'inbound', ['call.queue-timeout', 0, { queue }]),
    ...life('exit-key', 'inbound', ['call.waiting', 30, { queue }], ['call.queue-left', 0, { queue }]),
    ...life('exit-full', 'inbound', ['call.queue-full', 0, { queue }]),
  );
  await expectSoon(
    () => queueRow.locator('td[data-name="Other exits"]').allTextContents(),
    ['3timed out 1by key 1queue full 1'],
  );
});

it('what became of calls that rules send is shown once there is one, and leads to those that were not sent', async () => {
  await go(page, '#/calls');
  const answered = page.waitForResponse((response) => response.url().includes('api/stats/delegations'), wait);
  await go(page, '#/now');
  await answered;
  expect(await page.locator('.delegations').count()).toBe(0);
  const outcomes = [
    ['delegated-1', 'sent', 36],
    ['delegated-2', 'sent', 900],
    ['delegated-late', 'late', 8_000],
  ] as const;
  await post(...outcomes.map(([id]) => waiting(id, { queue: 'delegated' })));
  await produceDelegations(
    system,
    outcomes.map(([callId, outcome, latencyMs]) => ({ callId, type: `delegation.${outcome}`, latencyMs })),
  );
  await system.untilProjected();
  await using opened = await openPage(browser, {
    url: `${base}#/now?queue=delegated`,
    width: 360,
    settings: { language: 'pt-BR' },
  });
  const tile = opened.page.locator('.delegations');
  await tile.getByRole('heading', { name: 'Chamadas encaminhadas por regras hoje' }).waitFor(wait);
  expect(await tile.locator('[data-delegation] dd').allTextContents()).toEqual(['2 (67%)', '900 ms', '0', '1', '0']);
  expect(await tile.locator('a[href="#/calls/delegated-late"]').count()).toBe(1);
  expect(await horizontalOverflowPx(opened.page)).toBe(0);
  expect(await accessibilityViolations(opened.page)).toEqual([]);
  expect(opened.errors).toEqual([]);
  await go(page, '#/calls');
  await go(page, '#/now');
  await page.locator('.delegations').getByRole('heading', { name: 'Calls sent by rules today' }).waitFor(wait);
  await page.locator('.delegations a[href="#/calls/delegated-late"]').click();
  await page.locator('li[data-type="delegation.late"]').waitFor(wait);
});

it('a call of 90 s whose events arrive late and at once lasted 1:30 in the list, on its page, in the timeline and over HTTP', async () => {
  const call_id = 'late-90';
  await post(...life(call_id, 'inbound', ['call.finished', 5], ['call.ongoing', 35], ['call.new', 95]));
  await go(page, `#/calls?search=${call_id}`);
  await expectSoon(() => row(call_id).locator('.timer').allTextContents(), ['1:30', '1:30']);
  await go(page, `#/calls/${call_id}`);
  await page.locator('.facts').getByText('1:30', { exact: true }).waitFor(wait);
  await page.locator('.call-state').getByText('1:30').waitFor(wait);
  await page.locator('.lane-spans').getByText('New 1:00').waitFor(wait);
  await page.locator('.lane-spans').getByText('Talking 0:30').waitFor(wait);
  await system.untilProjected();
  const response = await fetch(`${base}api/calls/${call_id}`);
  expect(await response.json()).toMatchObject({ duration_ms: 90_000 });
});

it('"Calls by state" has the day from the tables as soon as the page is opened', async () => {
  const agent = { queue: 'day', actor: 'ana' };
  await post(
    ...life(
      'day-1',
      'inbound',
      ['call.new', 3_000],
      ['call.waiting', 2_900, agent],
      ['actor.entered', 1_800, agent],
      ['call.finished', 0],
    ),
    ...life('day-2', 'inbound', ['call.new', 1_500], ['call.finished', 0]),
  );
  await system.untilProjected();
  // Before the page, whose live samples replace those of the day from the interval in which it opens.
  const { samples } = ConcurrentCalls.parse(await (await fetch(`${base}api/concurrent-calls`)).json());
  await using opened = await openPage(browser, { url: `${base}#/today` });
  const chart = opened.page.locator('section.chart', { hasText: 'Calls by state' });
  await chart.locator('summary').click(wait);
  const rows = () =>
    chart
      .locator('tbody tr')
      .evaluateAll((found) => found.map((one) => [...one.children].map((cell) => cell.textContent)));
  const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium', timeZone, hourCycle: 'h23' });
  const ofDay = samples
    .slice(-12, -1)
    .map(({ at, waiting, talking, other }) => [clock.format(at), ...[waiting, talking, other].map(String)]);
  expect(ofDay.some(([, waiting]) => waiting !== '0') && ofDay.some(([, , talking]) => talking !== '0')).toBe(true);
  await expectSoon(async () => (await rows()).filter(([at]) => ofDay.some(([sampledAt]) => sampledAt === at)), ofDay);
  // Then live ones follow.
  await expectSoon(async () => (await rows()).some(([at]) => !at?.endsWith(':00')), true);
});

it('an agent is shown in wrap-up after a call, with the time left, and as available at its end without an event, in each language', async () => {
  // Long enough that a busy machine shows it, and short enough for a test.
  await using gateway = await startGateway({ ...system.env, WRAP_UP_SECONDS: '8' });
  const url = gateway.socketUrl.replace('ws:', 'http:');
  const expectWrapUp = async ({ language, wrapUp, left, available }: WrapUpTexts): Promise<void> => {
    const queue = `wrap-up-${language}`;
    const actor = `rests-${language}@example.com`;
    await using opened = await openPage(browser, {
      url: `${url}#/agents?queue=${queue}`,
      width: 360,
      settings: { language },
    });
    const onCall = (type: string) => ({ type, call_id: queue, actor, queue, timestamp: now() });
    await post({ type: 'actor.logged-in', actor, queue, timestamp: now() }, onCall('actor.entered'));
    const count = (name: string) => opened.page.locator('.agent-counts li', { hasText: name }).locator('.figure-value');
    const shownCounts = async () => [await count(wrapUp).textContent(wait), await count(available).textContent(wait)];
    const mark = (presence: string) =>
      opened.page.locator('tbody tr', { hasText: actor }).locator(`.presence-text-${presence}`);
    await mark('on_call').waitFor(wait);
    await post(onCall('actor.left'), { type: 'call.finished', call_id: queue, timestamp: now() });
    await mark('wrap_up').getByText(wrapUp).waitFor(wait);
    expect(await shownCounts()).toEqual(['1', '0']);
    await opened.page.locator('tbody').getByText(left).waitFor(wait);
    expect(await horizontalOverflowPx(opened.page)).toBe(0);
    expect(await accessibilityViolations(opened.page)).toEqual([]);
    await mark('available').waitFor(wait);
    expect(await shownCounts()).toEqual(['0', '1']);
    await go(opened.page, `#/now?queue=${queue}`);
    await expectSoon(
      () => opened.page.locator('.figure', { hasText: available }).locator('.figure-value').textContent(),
      '1',
    );
    expect(opened.errors).toEqual([]);
  };
  // At once, because most of their time is the wrap-up.
  await Promise.all([
    expectWrapUp({ language: 'en', wrapUp: 'Wrap-up', left: /^0:\d\d left$/, available: 'Available' }),
    expectWrapUp({ language: 'pt-BR', wrapUp: 'Pós-atendimento', left: /^faltam 0:\d\d$/, available: 'Disponível' }),
  ]);
});

interface WrapUpTexts {
  readonly language: string;
  readonly wrapUp: string;
  readonly left: RegExp;
  readonly available: string;
}

it.each([
  { language: 'en', link: 'How is this counted? ', sentence: numberDefinitions['service-level'].sentence },
  {
    language: 'pt-BR',
    link: 'Como isto é contado? ',
    sentence: 'Passagens atendidas a tempo como parte de todas as atendidas e abandonadas, sem os abandonos curtos.',
  },
])('each tile links to the definition of its number: $language', async ({ language, link, sentence }) => {
  await using opened = await openPage(browser, { url: `${base}#/now`, width: 360, settings: { language } });
  // A tile that comes later would be counted only once.
  await opened.page.waitForLoadState('networkidle');
  const links = opened.page.getByRole('link', { name: link });
  for (const [view, tiles] of [
    ['#/now', '.figure, .directions h3, .directions dl > div'],
    ['#/agents', '.agent-counts li'],
    ['#/today', 'section.chart'],
  ] as const) {
    await go(opened.page, view);
    await opened.page.locator(tiles).first().waitFor(wait);
    const count = await opened.page.locator(tiles).count();
    expect([view, await opened.page.locator(tiles).filter({ has: links }).count()]).toEqual([view, count]);
    expect([view, await links.count(), await horizontalOverflowPx(opened.page)]).toEqual([view, count, 0]);
    for (const href of await links.evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''))) {
      await go(opened.page, href);
      await opened.page.locator(`[id="number-${href.split('/')[2] ?? ''}"]`).waitFor(wait);
    }
  }
  await go(opened.page, '#/now');
  await opened.page.locator('.figure a[href="#/numbers/service-level"]').click();
  await opened.page.locator('.chosen').getByText(sentence, { exact: true }).waitFor(wait);
  expect(await horizontalOverflowPx(opened.page)).toBe(0);
  expect(await accessibilityViolations(opened.page)).toEqual([]);
  await opened.page.keyboard.press('Escape');
  await opened.page.locator('.figure').first().waitFor(wait);
  expect(opened.errors).toEqual([]);
});

it('the history leads from a number to its visits, to a call and its events, and saves them as CSV', async () => {
  const queue = 'past';
  await post(
    ...life(
      'past-1',
      'inbound',
      ['call.waiting', 60, { queue }],
      ['actor.entered', 45, { queue, actor: 'ana' }],
      ['actor.left', 15, { queue, actor: 'ana' }],
    ),
    ...life('past-2', 'inbound', ['call.waiting', 50, { queue }], ['call.queue-abandon', 20, { queue }]),
    ...life('past-3', 'inbound', ['call.waiting', 40, { queue }], ['call.queue-abandon', 0, { queue }]),
  );
  await system.untilProjected();
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(Date.now());
  await go(page, `#/history?from=${day}&to=${day}&queue=${queue}&thresholds=10,20`);
  const cells = () => page.locator('.history tr', { hasText: queue }).first().locator('td').allTextContents();
  // Offered, answered, abandoned, other exits, overflowed; within 10 and 20 s; ASA, longest; talk time and its mean.
  await expectSoon(cells, ['3', '1', '2', '0', '0', '0%', '33%', '0:15', '0:40', '0:30', '0:30']);
  // By the keyboard.
  await page.getByRole('link', { name: 'Abandoned visits: 2' }).first().focus();
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { name: 'Abandoned visits' });
  await heading.waitFor(wait);
  const list = page.locator('section', { has: heading });
  await expectSoon(() => list.locator('tbody th').allTextContents(), ['past-2', 'past-3']);
  expect(new URL(page.url()).hash).toContain('list=abandoned');
  const downloading = page.waitForEvent('download');
  await list.getByRole('button', { name: 'Queue visits (CSV)' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^visits_.*\.csv$/);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.startsWith('\uFEFF')).toBe(true);
  const { data } = Papa.parse<Readonly<Record<string, string>>>(csv, { header: true, skipEmptyLines: true });
  expect(data.map(({ call_id, wait_ms }) => [call_id, wait_ms])).toEqual([
    ['past-2', '30000'],
    ['past-3', '40000'],
  ]);
  await list.getByRole('link', { name: 'past-2' }).click();
  await page.locator('li[data-type="call.queue-abandon"]').waitFor(wait);
  await page.keyboard.press('Escape');
  await heading.waitFor(wait);
  // So do the numbers of calls and of agents.
  const listed = (title: string) => () =>
    page
      .locator('section', { has: page.getByRole('heading', { name: title }) })
      .locator('tbody th')
      .allTextContents();
  await page.locator('.history [data-direction="inbound"] [data-outcome="abandoned"] dd a').click();
  await expectSoon(listed('Calls: Inbound, Abandoned in a queue'), ['past-2', 'past-3']);
  await page.getByRole('link', { name: 'Calls of ana: 1' }).click();
  await expectSoon(listed('Calls of ana'), ['past-1']);
  // And those that are no counts: the second threshold, the longest wait, the talk time, a cell of the heat map.
  const queues = page.locator('.history section', { has: page.getByRole('heading', { name: 'Queues', exact: true }) });
  const queueRow = queues.locator('tbody tr');
  for (const [cell, title, id] of [
    [6, 'Visits answered within the second threshold', 'past-1'],
    [8, 'Visits with the longest wait', 'past-3'],
    [9, 'Calls of agents', 'past-1'],
  ] as const) {
    await queueRow.locator('td').nth(cell).getByRole('link').click();
    await expectSoon(listed(title), [id]);
  }
  await page.locator('.compared dd').first().getByRole('link').click();
  await expectSoon(listed('Queue visits'), ['past-1', 'past-2', 'past-3']);
  const inCells = page.locator('.heat-map td a');
  const visitsOf = async () => Promise.all((await inCells.all()).map(async (one) => Number(await one.textContent())));
  expect((await visitsOf()).reduce((sum, count) => sum + count, 0)).toBe(3);
  const [count] = await visitsOf();
  await inCells.first().click();
  await expectSoon(async () => (await listed('Queue visits')()).length, count);
  expect(hashParam(page, 'hour')).not.toBe('');
  // A day after the last one moves that one too, once the field is left.
  const dayBefore = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(Date.now() - dayMs);
  await page.getByLabel('To', { exact: true }).fill(dayBefore);
  expect(hashParam(page, 'to')).toBe(day);
  await page.getByLabel('To', { exact: true }).blur();
  await expectSoon(() => Promise.resolve([hashParam(page, 'from'), hashParam(page, 'to')]), [dayBefore, dayBefore]);
});

it('the history counts the occupancy of a long period by parts, goes on after an error, and shows no part as the whole', async () => {
  const queue = 'long';
  const dayAgo = (days: number) => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(Date.now() - days * dayMs);
  const present = (type: string, actor: string, msAgo: number) => ({
    type,
    actor,
    queue,
    timestamp: new Date(Date.now() - msAgo).toISOString(),
  });
  const [minuteMs, talk] = [60_000, { queue, actor: 'long-ana' }];
  await post(
    present('actor.logged-in', 'long-ana', 38 * dayMs),
    present('actor.paused', 'long-ana', 38 * dayMs - 10 * minuteMs),
    present('actor.logged-out', 'long-ana', 38 * dayMs - 60 * minuteMs),
    present('actor.logged-in', 'long-bia', 38 * dayMs),
    present('actor.logged-out', 'long-bia', 38 * dayMs - 60 * minuteMs),
    present('actor.logged-in', 'long-ana', 2 * minuteMs),
    ...life('long', 'inbound', ['call.waiting', 60], ['actor.entered', 45, talk], ['actor.left', 15, talk]),
    present('actor.logged-out', 'long-ana', 0),
  );
  await system.untilProjected();
  const address = (days: number) => `#/history?from=${dayAgo(days)}&to=${dayAgo(0)}&by=day&queue=${queue}`;
  await using opened = await openPage(browser, {
    url: base + address(40),
    width: 360,
    settings: { theme: 'light', language: 'pt-BR' },
  });
  const of = opened.page;
  const panel = of.locator('.history section', { has: of.getByRole('columnheader', { name: 'Ocupação' }) });
  const button = panel.getByRole('button', { name: 'Contar logado, em pausa e ocupação' });
  // The last three columns of each agent, without seconds.
  const times = async () =>
    Object.fromEntries(
      await Promise.all(
        (await panel.locator('tbody tr').all()).map(async (agent) => [
          await agent.locator('th').textContent(),
          (await agent.locator('td').allTextContents()).slice(-3).map((cell) => cell.replace(/(?<=:\d\d):\d\d$/, '')),
        ]),
      ),
    ) as Readonly<Record<string, readonly string[]>>;
  const notCounted = { 'long-ana': ['–', '–', '–'] };
  await expectSoon(times, notCounted);
  await panel.getByText('Acima de 32 dias').waitFor(wait);
  /** The second part is not answered, refused once, answered. */
  const asked: string[] = [];
  const second: readonly ((route: Route) => Promise<void>)[] = [
    () => Promise.resolve(),
    (route) => route.fulfill({ status: 503, json: { detail: 'Too busy' } }),
    (route) => route.continue(),
  ];
  await of.route(/\/api\/stats\/agents\?.*from=[^&]*T/, (route) => {
    const { searchParams } = new URL(route.request().url());
    const part = Date.parse(searchParams.get('to') ?? '') > Date.now() ? 'second' : 'first';
    asked.push(part);
    return part === 'first' ? route.continue() : second[asked.filter((one) => one === part).length - 1]?.(route);
  });
  await button.click();
  const progress = panel.getByRole('progressbar', { name: 'Contando a parte 2 de 2' });
  await progress.waitFor(wait);
  expect([await progress.getAttribute('value'), await progress.getAttribute('max')]).toEqual(['1', '2']);
  expect([await times(), await horizontalOverflowPx(of), await cutOffPx(of)]).toEqual([notCounted, 0, 0]);
  expect(await accessibilityViolations(of)).toEqual([]);
  const cancelled = of.waitForEvent('requestfailed', (request) => request.url().includes('/api/stats/agents'));
  await go(of, address(39));
  expect((await cancelled).failure()?.errorText).toContain('ABORTED');
  await go(of, address(40));
  await expectSoon(times, notCounted);
  await button.click();
  await panel.getByRole('alert').getByText('Too busy').waitFor(wait);
  expect(await times()).toEqual(notCounted);
  await button.click();
  await panel.getByRole('status').getByText('Contado em 2 partes.').waitFor(wait);
  expect(await times()).toEqual({ 'long-ana': ['1:02', '50:00', '4%'], 'long-bia': ['1:00', '0:00', '0%'] });
  expect(asked).toEqual(['first', 'second', 'first', 'second', 'second']);
  expect(opened.errors).toEqual([]);
});

it('the history never shows the numbers of another period, and says which could not be loaded', async () => {
  const queue = 'periods';
  await post(...life('periods-1', 'inbound', ['call.waiting', 60, { queue }], ['call.queue-abandon', 20, { queue }]));
  await system.untilProjected();
  const dayAgo = (days: number) => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(Date.now() - days * dayMs);
  const address = (from: string) => `#/history?from=${from}&to=${dayAgo(0)}&by=day&queue=${queue}&thresholds=10,20`;
  await using opened = await openPage(browser, { url: base + address(dayAgo(0)) });
  const of = opened.page;
  const notes = () => of.locator('.compared .note').allTextContents();
  const thresholds = () => of.locator('.history th', { hasText: 'Service level' }).count();
  await expectSoon(async () => (await notes())[0], 'before 0');
  // A column for each threshold in the table of queues and in that of days.
  await expectSoon(thresholds, 4);
  await of.locator('.heat-map table').waitFor(wait);
  // The gateway is too busy for the period before, the second threshold and the hours of another period.
  await of.route(/\/api\/stats\?/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const isRefused =
      query.get('from') === dayAgo(3) || query.get('threshold') === '20' || query.get('interval') === 'hour';
    if (!isRefused) return route.continue();
    return route.fulfill({ status: 503, json: { detail: `Too busy for ${query.toString()}` } });
  });
  await go(of, address(dayAgo(1)));
  await expectSoon(async () => (await of.locator('.history [role=alert]').allTextContents()).length, 3);
  const alerts = (await of.locator('.history [role=alert]').allTextContents()).join();
  for (const part of [`from=${dayAgo(3)}`, 'threshold=20', 'interval=hour']) expect(alerts).toContain(part);
  expect(new Set(await notes())).toEqual(new Set(['']));
  expect(await thresholds()).toBe(2);
  expect(await of.locator('.heat-map table').count()).toBe(0);
  expect(await accessibilityViolations(of)).toEqual([]);
  expect(opened.errors).toEqual([]);
});

it('the history fits a phone, in Portuguese, and passes the rules of axe with all its tables', async () => {
  await using opened = await openPage(browser, {
    url: `${base}#/history`,
    width: 360,
    settings: { theme: 'light', language: 'pt-BR' },
  });
  await opened.page.getByRole('button', { name: 'Este mês' }).click();
  await opened.page.locator('.heat-map tbody tr').nth(6).waitFor(wait);
  await opened.page.locator('.history .panel', { hasText: 'Tempo médio' }).locator('tbody tr').first().waitFor(wait);
  await opened.page.locator('.plot canvas').waitFor(wait);
  expect(await horizontalOverflowPx(opened.page)).toBe(0);
  expect(await cutOffPx(opened.page)).toBe(0);
  expect(await accessibilityViolations(opened.page)).toEqual([]);
  // On paper nothing scrolls: all columns fit an upright A4 page with margins of 1 cm, and controls are left out.
  await opened.page.emulateMedia({ media: 'print' });
  await opened.page.setViewportSize({ width: 718, height: 1_000 });
  await expectSoon(() => horizontalOverflowPx(opened.page), 0);
  expect(await cutOffPx(opened.page)).toBe(0);
  expect(await opened.page.locator('.history button:visible, .history input:visible').count()).toBe(0);
  expect(opened.errors).toEqual([]);
});

it('text of callers and providers is shown as text, never as markup', async () => {
  const texts = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'Verão ☀️ 👩‍👩‍👧',
    'مرحبا 123',
    '\u202Egnp.exe',
  ];
  await post(
    ...texts.map((text, i) => waiting(`text-${i}`, { queue: text, their_number: text, direction: text })),
    ...texts.map((text) => ({ type: 'actor.logged-in', actor: text, queue: text, number: text, timestamp: now() })),
  );
  await go(page, '#/calls');
  for (const [i, text] of texts.entries()) {
    await row(`text-${i}`).waitFor(wait);
    expect(await row(`text-${i}`).locator('.phone').textContent()).toBe(text);
    expect(await row(`text-${i}`).locator('.queue-cell').textContent()).toBe(text);
  }
  await go(page, '#/calls/text-0');
  await page.getByRole('heading', { name: texts[0]! }).waitFor(wait);
  await go(page, '#/agents');
  for (const text of texts) await page.getByRole('rowheader', { name: text }).first().waitFor(wait);
  expect(await page.evaluate(() => document.querySelectorAll('#root script, #root img').length)).toBe(0);
});

const longQueue = `WQ${'0123456789abcdef'.repeat(2)}`;
const [longAgent, longName] = [`${'ana.beatriz.'.repeat(4)}souza@example.com`, 'Atendimento '.repeat(9).slice(0, 100)];
const namesText = `
queues:
  fila: Fila de suporte
  ${longQueue}: ${longName}
  WQfedcba9876543210fedcba9876543210: Vendas
agents:
  ${longAgent}: ${longName}
  joao@example.com: João Conceição
`;

it('names of queues and agents appear when their file changes, and a broken file changes nothing', async () => {
  const talks = (call_id: string, queue: string, actor: string) => [
    waiting(call_id, { queue }),
    { type: 'actor.entered', call_id, queue, actor, timestamp: now() },
  ];
  await post(
    waiting('named-1', { queue: longQueue }),
    ...talks('named-2', longQueue, longAgent),
    ...talks('named-3', 'WQfedcba9876543210fedcba9876543210', 'joao@example.com'),
    ...[longAgent, 'joao@example.com'].map((actor) => ({
      type: 'actor.logged-in',
      actor,
      queue: longQueue,
      timestamp: now(),
    })),
  );
  await go(page, '#/calls?search=named-');
  await row('named-3').locator('.queue-cell').getByText('WQfedcba9876543210fedcba9876543210').waitFor(wait);
  await writeNames(namesText);
  await row('named-3').locator('.queue-cell').getByText('Vendas').waitFor(wait);
  expect(await row('named-3').locator('.queue-cell').textContent()).toBe('Vendas WQfedcba9876543210fedcba9876543210');
  expect(await row('named-3').locator('.agent-cell').textContent()).toBe('João Conceição joao@example.com');
  for (const search of ['conceicao', 'joao@', 'vendas', 'WQfedcba98']) {
    await go(page, '#/calls?search=named-');
    await expectSoon(shownIds, ['named-1', 'named-2', 'named-3']);
    await go(page, `#/calls?search=${search}`);
    await expectSoon(shownIds, ['named-3']);
  }
  await go(page, `#/calls?queue=${longQueue}&sort=agent`);
  await expectSoon(shownIds, ['named-1', 'named-2']);
  expect(await page.locator('.queue-filter option:checked').textContent()).toBe(`${longName} · ${longQueue}`);

  await writeNames(`${namesText}  joao@example.com: twice\n`);
  await expectSoon(() => Promise.resolve(system.tail('gateway').includes('names.unreadable')), true);
  expect(system.tail('gateway')).toMatch(/"line":9,"column":3,"problem":"this id is there twice/);
  await page.reload();
  await row('named-2').locator('.agent-cell').getByText(longName).waitFor(wait);
  await writeNames(namesText);
});

it('names of 100 characters and ids of 34 cut off no column in a window of 360, 900 or 1,280 px', async () => {
  await using opened = await openPage(browser, { url: base, settings: { theme: 'light', language: 'pt-BR' } });
  const withNames = [`#/now?queue=${longQueue}`, '#/calls?search=named-', '#/calls?search=named-&as=columns'];
  for (const width of [360, 900, 1_280]) {
    await opened.page.setViewportSize({ width, height: 800 });
    for (const view of [...withNames, '#/now', '#/calls/named-2', '#/agents']) {
      await go(opened.page, view);
      await opened.page.locator('main h1').first().waitFor(attached);
      await opened.page.locator('.named').getByText(longName).first().waitFor(attached);
      // What stays of the view before follows the window a moment later.
      const tooWide = async () => [view, width, await horizontalOverflowPx(opened.page), await cutOffPx(opened.page)];
      await expectSoon(tooWide, [view, width, 0, 0]);
    }
    expect(await accessibilityViolations(opened.page)).toEqual([]);
  }
});

it('the dashboard resumes after a lost socket, a frozen page and a killed gateway', async () => {
  await go(page, '#/calls?search=cut-');
  await post(waiting('cut-1'));
  await row('cut-1').waitFor(wait);
  proxy.cut();
  await post(waiting('cut-2'));
  await row('cut-2').waitFor(wait);

  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  proxy.cut();
  await post(waiting('cut-3'));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await row('cut-3').waitFor(wait);

  await using other = await openPage(browser, { url: `${base}#/calls` });
  await untilLive(other.page);
  await system.kill('gateway');
  // A view that is not loaded yet: only its place says so, and it is loaded by itself later.
  await go(other.page, '#/today?queue=fila');
  await other.page.getByRole('heading', { name: 'This view could not be loaded.' }).waitFor(wait);
  await page.getByRole('alert').getByText('Reconnecting').waitFor(wait);
  await post(waiting('cut-4'), { type: 'call.finished', call_id: 'cut-1', timestamp: now() });
  // A minute passes.
  await page.evaluate(() => {
    const original = performance.now.bind(performance);
    performance.now = () => original() + 60_000;
  });
  // The old calls stay visible, marked as old.
  await page
    .getByRole('alert')
    .getByText(/What you see is 1:\d\d old/)
    .waitFor(wait);
  expect(await row('cut-3').count()).toBe(1);
  await page.evaluate(() => delete (performance as { now?: unknown }).now);
  await system.start('gateway');
  await row('cut-4').waitFor(wait);
  await row('cut-1').locator('.state-FINISHED').waitFor(wait);
  await untilLive(page);
  expect(await page.getByRole('alert').count()).toBe(0);
  await other.page.locator('.plot canvas').first().waitFor(wait);
  expect(new URL(other.page.url()).hash).toBe('#/today?queue=fila');
});

it('a page whose gateway lacks a view, because it has another build, reloads once with its filters, then says so in place of the view', async () => {
  await using opened = await openPage(browser, {
    url: `${base}?link#/calls?queue=fila`,
    settings: { language: 'pt-BR' },
  });
  await untilLive(opened.page);
  let loads = 0;
  opened.page.on('load', () => loads++);
  const view = /\/today-view-[^/]*\.js$/;
  // The gateway itself answers for a file of another build.
  await opened.page.route(view, (route) =>
    route.continue({ url: route.request().url().replace('/today-view-', '/today-view-of-another-build-') }),
  );
  await go(opened.page, '#/today?queue=fila');
  const notice = opened.page.getByRole('heading', { name: 'Não foi possível carregar esta tela.' });
  await notice.waitFor(wait);
  expect(loads).toBe(1);
  expect(await accessibilityViolations(opened.page)).toEqual([]);
  await go(opened.page, '#/calls?queue=fila');
  await opened.page.locator('[data-call=filtered-2]').waitFor(wait);
  await go(opened.page, '#/today?queue=fila');
  await notice.waitFor(wait);
  expect(loads).toBe(1);
  await opened.page.unroute(view);
  await opened.page.getByRole('button', { name: 'Recarregar' }).click();
  await opened.page.locator('.plot canvas').first().waitFor(wait);
  expect(opened.page.url()).toBe(`${base}?link#/today?queue=fila`);
  // It works again, so that the next upgrade may reload it again.
  expect(await opened.page.evaluate(() => sessionStorage.getItem('callstream.reloaded.part'))).toBeNull();
  expect(loads).toBe(2);
});

it('a page whose own script its gateway lacks, because it has another build, is not white: it says to reload', async () => {
  await using opened = await openPage(browser, { url: base });
  await untilLive(opened.page);
  const entry = /\/index-[^/]*\.js$/;
  await opened.page.route(entry, (route) =>
    route.continue({ url: route.request().url().replace('/index-', '/index-of-another-build-') }),
  );
  await opened.page.reload();
  await opened.page
    .getByText('If this stays, the script of this page could not be loaded: reload the page.')
    .waitFor(wait);
  expect(await accessibilityViolations(opened.page, ['color-contrast'])).toEqual([]);
  await opened.page.unroute(entry);
  await opened.page.reload();
  await untilLive(opened.page);
});

it('every address of the page is relative, so that a proxy may serve it under a path', async () => {
  await using opened = await openPage(browser, { url: base, locale: 'pt-BR', settings: { language: 'en' } });
  await untilLive(opened.page);
  // Then nothing that the page still asks is counted below.
  await opened.page.goto(`${base}icon.svg`);
  const outside: string[] = [];
  const sockets: string[] = [];
  opened.page.on('websocket', (socket) => sockets.push(socket.url()));
  // As a proxy does that removes the path.
  await opened.page.route('**/*', async (route) => {
    const url = route.request().url();
    if (url.startsWith(`${base}callstream/`))
      return route.fulfill({ response: await route.fetch({ url: url.replace('/callstream/', '/') }) });
    outside.push(url);
    return route.abort();
  });
  await opened.page.goto(`${base}callstream/#/today`);
  await opened.page.locator('.plot canvas').first().waitFor(wait);
  for (const view of views) {
    await go(opened.page, view);
    await opened.page.locator('main h1').first().waitFor(attached);
  }
  await go(opened.page, '#/calls');
  const exported = opened.page.waitForResponse(/\/api\/export\//);
  await opened.page.getByRole('button', { name: 'Calls (CSV)' }).click();
  expect((await exported).status()).toBe(200);
  // Numbers have a decimal comma in the language of this browser.
  expect((await exported).url()).toContain('delimiter=semicolon');
  const past = opened.page.waitForResponse(/\/api\/board\?/);
  await go(opened.page, `#/now?at=${now()}`);
  expect((await past).status()).toBe(200);
  await go(opened.page, '#/now');
  const answered = opened.page.waitForResponse(/unknown-types/);
  await opened.page.getByRole('button', { name: 'Settings' }).click();
  expect((await answered).status()).toBe(200);
  const icon = await opened.page.locator('link[rel=icon]').evaluate((link) => (link as HTMLLinkElement).href);
  expect(icon).toBe(`${base}callstream/icon.svg`);
  expect(sockets).toEqual([`${base.replace('http:', 'ws:')}callstream/socket`]);
  expect(outside).toEqual([]);
  expect(opened.errors).toEqual([]);
});

it('waiting times follow the clock of the gateway, not that of the PC', async () => {
  await using skewed = await openPage(browser, { url: `${base}#/calls?search=clock-` });
  await post(waiting('clock-1'));
  const timer = skewed.page.locator('[data-call=clock-1] .timer').first();
  await timer.waitFor(wait);
  for (const byMs of [dayMs, -dayMs]) {
    await skewed.page.evaluate((ms) => {
      const original = Date.now.bind(Date);
      Date.now = () => original() + ms;
    }, byMs);
    const before = await timer.textContent();
    await expectSoon(async () => (await timer.textContent()) !== before, true);
    expect(await timer.textContent()).toMatch(/^\D*\d?\d:\d\d$/);
    await untilLive(skewed.page);
  }
  await skewed.page.reload();
  await timer.waitFor(wait);
  expect(await timer.textContent()).toMatch(/^\D*\d?\d:\d\d$/);
  expect(skewed.errors).toEqual([]);
});

it('charts work with an unknown browser language, and follow the colour scheme of the system', async () => {
  await using opened = await openPage(browser, { url: `${base}#/today`, language: 'en-US@posix', settings: {} });
  const background = (): Promise<string> =>
    opened.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await opened.page.locator('.plot canvas').first().waitFor(wait);
  const light = await background();
  // A page that reads it, as it may at any time, loses the event of the change.
  await opened.page.evaluate(() =>
    Object.defineProperty(MediaQueryList.prototype, 'matches', {
      get: () => {
        throw new Error('matches is read before the event of a change.');
      },
    }),
  );
  await opened.page.emulateMedia({ colorScheme: 'dark' });
  await expectSoon(async () => (await background()) !== light, true);
  expect(opened.errors).toEqual([]);
});

const views = [
  '#/now',
  '#/calls',
  '#/calls?as=columns',
  '#/calls/detailed',
  '#/agents',
  '#/today',
  '#/history',
  '#/numbers/visits',
] as const;
it.each([
  // The themes differ only in colours.
  { theme: 'light', language: 'pt-BR', rules: undefined },
  { theme: 'dark', language: 'en', rules: ['color-contrast'] },
])(
  'every view passes the accessibility rules of axe, and overflows no window of 360 or 3,840 px: theme $theme, language $language',
  async ({ theme, language, rules }) => {
    await using opened = await openPage(browser, { url: base, settings: { theme, language } });
    for (const view of views) {
      await go(opened.page, view);
      await opened.page.locator('main h1').first().waitFor(attached);
      expect([view, await accessibilityViolations(opened.page, rules)]).toEqual([view, []]);
    }
    await opened.page.getByRole('button', { name: /Settings|Configurações/ }).click();
    await opened.page.locator('dialog[open]').waitFor(wait);
    expect(await accessibilityViolations(opened.page, rules)).toEqual([]);
    await opened.page.keyboard.press('Escape');
    for (const width of [360, 3_840]) {
      await opened.page.setViewportSize({ width, height: Math.round(width / 1.6) });
      for (const view of views) {
        await go(opened.page, view);
        await opened.page.locator('main h1').first().waitFor(attached);
        await expectSoon(async () => [view, width, await horizontalOverflowPx(opened.page)], [view, width, 0]);
      }
    }
  },
);

it.each([
  { language: 'en', button: 'Settings', title: 'Unknown event types', meant: 'Did you mean call.finished?' },
  {
    language: 'pt-BR',
    button: 'Configurações',
    title: 'Tipos de evento desconhecidos',
    meant: 'Você quis dizer call.finished?',
  },
])(
  'the settings list unknown event types with the one that was probably meant: $language',
  async ({ language, button, title, meant }) => {
    const strange = `<b>${language}</b>\u202E${'x'.repeat(400)}`;
    const type = `call.finish${language === 'en' ? '' : 'd'}`;
    await post(...[1, 2, 3].map((n) => ({ type, call_id: `misspelt-${n}`, timestamp: now() })), {
      type: strange,
      timestamp: now(),
    });
    await system.untilProjected();
    await using opened = await openPage(browser, { url: base, width: 360, height: 640, settings: { language } });
    await opened.page.getByRole('button', { name: button }).click();
    const dialog = opened.page.getByRole('dialog');
    await dialog.getByRole('heading', { name: title }).waitFor(wait);
    const entry = (of: string) => dialog.locator(`li[data-type=${JSON.stringify(of)}]`);
    expect(await entry(type).locator('span').textContent()).toMatch(/^3 ×, /);
    expect(await entry(type).locator('em').textContent()).toBe(meant);
    expect(await entry(strange).locator('bdi').textContent()).toBe(strange);
    expect(await entry(strange).locator('em').count()).toBe(0);
    const overflowPx = await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect([overflowPx, await horizontalOverflowPx(opened.page)]).toEqual([0, 0]);
    expect(await accessibilityViolations(opened.page)).toEqual([]);
    expect(opened.errors).toEqual([]);
  },
);

it.each([
  {
    language: 'en',
    open: 'Past',
    notLive: '— not live.',
    play: 'Play',
    pause: 'Pause',
    then: 'As it was known then',
    difference: 'What came later changed',
    notOnBoard: 'not on the board',
  },
  {
    language: 'pt-BR',
    open: 'Passado',
    notLive: '— não é ao vivo.',
    play: 'Reproduzir',
    pause: 'Pausar',
    then: 'Como se sabia na hora',
    difference: 'O que mudou depois',
    notOnBoard: 'fora do painel',
  },
])(
  'a past moment is shown by a link, moved by a slider and played, and leads back to live: $language',
  async ({ language, open, notLive, play, pause, then, difference, notOnBoard }) => {
    const queue = `past-${language}`;
    const begin = Math.floor(Date.now() / 1_000) * 1_000 - 600_000;
    const at = (seconds: number) => new Date(begin + seconds * 1_000).toISOString().replace('.000Z', 'Z');
    const event = (type: string, seconds: number, fields = {}) => ({
      type,
      call_id: queue,
      queue,
      direction: 'inbound',
      timestamp: at(seconds),
      ...fields,
    });
    await post(
      event('call.new', 0),
      event('call.waiting', 0),
      event('actor.entered', 60, { actor: `${queue}@example.com` }),
      event('call.finished', 120),
    );
    await system.untilProjected();
    await using opened = await openPage(browser, {
      url: `${base}#/calls?queue=${queue}&at=${at(30)}`,
      width: 360,
      settings: { language },
    });
    const past = opened.page;
    const state = (of: string) => past.locator(`[data-call="${queue}"] .state-${of}`);
    await state('WAITING').waitFor(wait);
    await past.locator('.past-banner').getByText(notLive).waitFor(wait);
    // All of its events came later.
    await past.locator(`[data-call="${queue}"] .late-mark`).waitFor({ ...wait, state: 'attached' });
    expect(await past.locator('.connection-status').count()).toBe(0);
    expect(await horizontalOverflowPx(past)).toBe(0);
    expect(await accessibilityViolations(past)).toEqual([]);
    const slider = past.locator('input[type=range]');
    await slider.focus();
    for (let i = 0; i < 4; i++) await past.keyboard.press('ArrowRight');
    await state('ONGOING').waitFor(wait);
    await expectSoon(() => Promise.resolve(Date.parse(hashParam(past, 'at')) - begin >= 60_000), true);
    await past.keyboard.press('ArrowLeft');
    await past.keyboard.press('ArrowLeft');
    await state('WAITING').waitFor(wait);
    await past.getByRole('button', { name: '60×' }).click();
    await past.getByRole('button', { name: play }).click();
    await state('FINISHED').waitFor(wait);
    await past.getByRole('button', { name: pause }).click();
    // The page writes the moment to the address: it is a link.
    await expectSoon(() => Promise.resolve(Date.parse(hashParam(past, 'at')) - begin >= 120_000), true);
    await past.getByLabel(then).check();
    await past.locator(`[data-call="${queue}"]`).waitFor({ ...wait, state: 'detached' });
    expect(hashParam(past, 'known')).toBe('then');
    // All of it came later: what that changed is shown, in the call and in the counts of its queue.
    await past.getByRole('checkbox', { name: difference }).check();
    const changed = past.locator(`[data-difference="call ${queue}"] td`);
    await changed.nth(1).locator('.state-FINISHED').waitFor(wait);
    expect(await changed.nth(0).textContent()).toBe(notOnBoard);
    expect(await past.locator(`[data-difference="queue ${queue} answered"] td`).allTextContents()).toEqual(['0', '1']);
    expect([await horizontalOverflowPx(past), await cutOffPx(past)]).toEqual([0, 0]);
    expect(await accessibilityViolations(past)).toEqual([]);
    // The gateway is too busy for the next moment once: the page asks again by itself.
    let refused = 0;
    const refuse = (route: Route) => {
      refused++;
      return route.fulfill({ status: 503, json: { detail: 'Too busy' } });
    };
    const isWanted = (url: URL) => Date.parse(url.searchParams.get('at') ?? '') === Date.parse(at(30));
    await past.route(isWanted, refuse, { times: 1 });
    await go(past, `#/now?queue=${queue}&at=${at(30)}`);
    await expectSoon(() => past.locator('.longest li').count(), 1);
    expect(refused).toBe(1);
    await past.locator('.past-problem').waitFor({ ...wait, state: 'detached' });
    await past.locator('.past-banner a').click();
    await past.locator('.past-banner').waitFor({ ...wait, state: 'detached' });
    await untilLive(past);
    expect(hashParam(past, 'at')).toBe('');
    await past.getByRole('button', { name: open, exact: true }).click();
    await past.locator('.past .figure').first().waitFor(wait);
    expect(opened.errors).toEqual([]);
    // A moment in the future is refused, which the console has as an error: no other board stands under its time.
    await go(past, '#/now?at=2099-01-01T00:00:00Z');
    await past.locator('.past-problem').waitFor(wait);
    expect(await past.locator('.past .figure').count()).toBe(0);
  },
);

/** A parameter of the address; '' if it is not there. */
const hashParam = (of: Page, name: string): string =>
  new URLSearchParams(new URL(of.url()).hash.split('?')[1]).get(name) ?? '';

it('the wallboard has large figures and no controls', async () => {
  await using wallboard = await openPage(browser, { url: `${base}?wallboard#/now`, width: 1_920, height: 1_080 });
  await wallboard.page.locator('.figure-value').first().waitFor(wait);
  expect(await wallboard.page.locator('button, nav, select, input').count()).toBe(0);
  const px = await wallboard.page
    .locator('.figure.big .figure-value')
    .first()
    .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  expect(px).toBeGreaterThan(70);
  expect(await horizontalOverflowPx(wallboard.page)).toBe(0);
});

it('the dashboard reloads once if the gateway has another version, and shows a notice if the version still differs', async () => {
  await using opened = await openPage(browser, { url: base });
  await untilLive(opened.page);
  let loads = 0;
  opened.page.on('load', () => loads++);
  // As if a newer gateway served the old page from a cache.
  await opened.page.addInitScript(() => {
    const parse = JSON.parse;
    JSON.parse = (text: string) => {
      const frame = parse(text) as { event?: string; data?: { projection_version?: number } } | null;
      if (frame?.event === 'Snapshot' && frame.data && sessionStorage.getItem('is now') === null)
        frame.data.projection_version = 999;
      return frame;
    };
  });
  await opened.page.reload();
  await expectSoon(() => Promise.resolve(loads), 2);
  await opened.page.locator('.stale[role=alert]').waitFor(wait);
  await untilLive(opened.page);
  expect(loads).toBe(2);
  await opened.page.evaluate(() => sessionStorage.setItem('is now', 'yes'));
  await opened.page.reload();
  await untilLive(opened.page);
  await expectSoon(() => opened.page.evaluate(() => sessionStorage.getItem('callstream.reloaded.version')), null);
  expect(await opened.page.locator('.stale').count()).toBe(0);
  expect(opened.errors).toEqual([]);
});

it('the dashboard asks for a required token, and shows only its queues and masked numbers', async () => {
  const secret = 'a secret of tests, which is long enough';
  await using secured = await startGateway({ ...system.env, GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret });
  const command = launch({
    name: 'token',
    args: ['apps/gateway/src/token/main.ts', '--queues', 'fila', '--masked'],
    env: { ...system.env, GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret },
  });
  expect(await command.exited).toBe(0);
  const token = /\S+\.\S+\.\S+/.exec(command.tail())?.[0] ?? '';
  await using opened = await openPage(browser, { url: `http://127.0.0.1:${secured.port}/#/calls` });
  await opened.page.getByLabel('Token').fill('a.wrong.one');
  await opened.page.keyboard.press('Enter');
  await opened.page.getByText('The token was refused').waitFor(wait);
  await opened.page.getByLabel('Token').fill(token);
  await opened.page.keyboard.press('Enter');
  const calls = opened.page.locator('[data-call]');
  await calls.first().waitFor(wait);
  expect(await calls.evaluateAll((rows) => rows.map((element) => element.dataset['call']).toSorted())).toEqual([
    'filtered-1',
    'filtered-2',
  ]);
  expect(await opened.page.locator('[data-call=filtered-1] .phone').textContent()).toMatch(/^[^0-9]*0001$/);
  await opened.page.locator('[data-call=filtered-1] .queue-cell').getByText('Fila de suporte').waitFor(wait);
  await opened.page.reload();
  await calls.first().waitFor(wait);
  // Types are texts of senders, and belong to no queue.
  const answered = opened.page.waitForResponse(/unknown-types/);
  await opened.page.getByRole('button', { name: 'Settings' }).click();
  expect(await (await answered).json()).toMatchObject({ types: [] });
  expect(await opened.page.getByText('Unknown event types').count()).toBe(0);
  expect(opened.errors).toEqual([]);
});

it('of 500 agents and queues the page has only the rows near its window, and scrolls to all of them', async () => {
  const logins = Array.from({ length: 500 }, (_, i) => {
    const name = `many-${String(i).padStart(3, '0')}`;
    return { type: 'actor.logged-in', actor: name, queue: name, timestamp: now() };
  });
  await post(...logins);
  await using opened = await openPage(browser, { url: base });
  for (const view of ['#/agents', '#/now']) {
    await go(opened.page, view);
    const table = opened.page.locator('table[aria-rowcount]');
    const rowCount = async () => Number(await table.getAttribute('aria-rowcount', wait));
    await expectSoon(async () => (await rowCount()) > logins.length, true);
    const rows = table.locator('tr[aria-rowindex]');
    expect(await rows.count()).toBeLessThan(150);
    await opened.page.keyboard.press('End');
    await table.locator(`tr[aria-rowindex="${await rowCount()}"]`).waitFor(wait);
    expect(await rows.count()).toBeLessThan(150);
    expect(await accessibilityViolations(opened.page)).toEqual([]);
    expect(opened.errors).toEqual([]);
  }
});
