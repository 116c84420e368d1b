import { jest } from '@jest/globals';
import { callsOfEvents, eventsOf, fixtureEventsUntil } from '@callstream/domain/testing';
import { startProxy, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../clients/browser.ts';
import { accessibilityViolations, openPage, horizontalOverflowPx } from '../clients/dashboard-page.ts';
import type { DashboardPage } from '../clients/dashboard-page.ts';
import { startGateway } from '../system/gateway.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import type { Sender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';

/** A busy machine is no failure. */
jest.setTimeout(60_000);
const livesNow = fixtureEventsUntil(Date.now());
const patience = { timeout: 20_000 };
const dayMs = 86_400_000;
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

beforeAll(async () => {
  const database = cleanup.use(await testDatabase());
  const kafka = { brokers: testKafkaBrokers(), topic: testTopicName() };
  [system, browser] = await Promise.all([startSystem({ ...kafka, databaseUrl: database.url }), startBrowser()]);
  cleanup.use(system);
  cleanup.defer(() => browser.close());
  sender = cleanup.use(createSender(system.webhookUrl, 8));
  proxy = cleanup.use(await startProxy({ to: { port: Number(new URL(system.socketUrl).port) } }));
  base = `http://127.0.0.1:${proxy.port}/`;
  dashboard = cleanup.use(await openPage(browser, { url: base, height: 3_000 }));
  ({ page } = dashboard);
}, 120_000);
afterAll(() => cleanup.disposeAsync());
// What a page complains of is a failure wherever it was: scripts that throw, text that became markup, a policy that is broken.
afterEach(() => expect(dashboard.complaints).toEqual([]));

async function post(...bodies: (object | string)[]): Promise<void> {
  const texts = bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body)));
  expect((await sender.postAll(texts)).filter(({ status }) => status !== 200)).toEqual([]);
}
const now = (): string => new Date().toISOString();
const waits = (call_id: string, more = {}) => ({
  type: 'call.waiting',
  call_id,
  queue: '900',
  timestamp: now(),
  ...more,
});
const go = (to: Page, hash: string): Promise<void> => to.evaluate((next) => void (location.hash = next), hash);
const row = (callId: string) => page.locator(`[data-call="${callId}"]`);
const isLive = (of: Page) => of.locator('.truth[data-connection=live]').waitFor(patience);

/** What the table says: call_id → state. */
const shownStates = (): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-call]')].map((one) => [
        one.dataset['call'] ?? '',
        [...(one.querySelector('.state')?.classList ?? [])].find((name) => name.startsWith('state-'))?.slice(6) ?? '',
      ]),
    ),
  );

const shownIds = async (): Promise<string[]> => Object.keys(await shownStates()).toSorted();

it('says what to do where nothing has happened yet, and is small', async () => {
  await page.getByText('No call yet.').waitFor(patience);
  expect(await page.locator('pre').first().textContent()).toContain('curl');
  const bytes = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize)
      .reduce((sum, size) => sum + size, 0),
  );
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(firstLoadBytesMax);
});

it('shows a webhook within moments, and every step of a life', async () => {
  await go(page, '#/calls');
  const life = (livesNow.get('01-nominal') ?? []).map((body) => ({ body, receivedAt: new Date().toISOString() }));
  for (const [i, { body }] of life.entries()) {
    await post(body);
    for (const [callId, call] of callsOfEvents(eventsOf(life.slice(0, i + 1))))
      await row(callId).locator(`.state-${call.state}`).waitFor(patience);
  }
});

it('shows each call of every life as the fold of the log has it', async () => {
  await post(...[...livesNow.values()].flat());
  const calls = [...callsOfEvents(await readLog(system.kafka, system.topic)).values()];
  const wanted = Object.fromEntries(calls.map((call) => [call.callId, call.state as string]));
  await expectSoon(shownStates, wanted);
  await page.reload();
  await expectSoon(shownStates, wanted);
});

async function expectSoon<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  let last: T | undefined;
  const isSo = async (): Promise<boolean> => {
    last = await read();
    return JSON.stringify(sorted(last)) === JSON.stringify(sorted(wanted));
  };
  await until(isSo, { timeoutMs: patience.timeout, everyMs: 50, onTimeout: () => new Error('It is not shown.') }).catch(
    () => expect(last).toEqual(wanted),
  );
}
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).toSorted() : value;

it('filters, searches and sorts, and all of it stands in the address', async () => {
  await post(
    waits('filtered-1', { queue: 'fila', their_number: '+55 11 91234-0001' }),
    waits('filtered-2', { queue: 'fila' }),
  );
  await go(page, '#/calls?queue=fila');
  await expectSoon(shownIds, ['filtered-1', 'filtered-2']);
  await page.keyboard.press('/');
  await page.locator('input[type=search]:focus').waitFor(patience);
  await page.keyboard.type('1234 0001');
  await expectSoon(shownIds, ['filtered-1']);
  expect(new URL(page.url()).hash).toBe('#/calls?queue=fila&search=1234+0001');
  await page.reload();
  await expectSoon(shownIds, ['filtered-1']);
  await go(page, '#/calls?queue=fila');
  await page.getByRole('button', { name: 'Finished' }).click();
  await page.getByText('No call matches.').waitFor(patience);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await row('filtered-2').waitFor(patience);
});

it('shows a call with every event, what came late, twice or unknown, and what comes while it is open', async () => {
  const call_id = 'judged';
  const late = { type: 'call.new', call_id, timestamp: new Date(Date.now() - 60_000).toISOString() };
  await post(waits(call_id), late, late, { type: 'call.teleported', call_id });
  // The gateway does not tell an open page of a redelivery: both deliveries must be in Postgres before the page opens.
  await system.projected();
  await go(page, `#/calls/${call_id}`);
  const event = (type: string) => page.locator(`li[data-type="${type}"]`);
  await event('call.new').getByText('late', { exact: true }).waitFor(patience);
  await event('call.new').getByText('out of order').waitFor(patience);
  await event('call.new').getByText('delivered 2 times').waitFor(patience);
  await event('call.teleported').getByText('unknown type').waitFor(patience);
  await event('call.teleported').getByText('no usable time').waitFor(patience);
  await event('call.new').locator('summary').click();
  expect(JSON.parse((await event('call.new').locator('pre').textContent()) ?? '')).toEqual(late);
  await post(
    { type: 'actor.entered', call_id, actor: 'ana@example.com', queue: '900', timestamp: now() },
    { type: 'call.recording-available', call_id, url: 'javascript:alert(1)', timestamp: now() },
  );
  await event('actor.entered').waitFor(patience);
  await page.locator('.lane').getByText('ana@example.com').waitFor(patience);
  // What is no address of the web is no link.
  await page.locator('.facts').getByText('javascript:alert(1)').waitFor(patience);
  expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
  await go(page, '#/calls/never-was');
  await page.getByText('This call is not known.').waitFor(patience);
});

it('shows the newest events of a call that has more than an answer may have, and the others once they are asked for', async () => {
  const call_id = 'large';
  await post(...[1, 2, 3].map((n) => waits(call_id, { n, data: 'x'.repeat(900_000) })));
  const inTables = async (): Promise<boolean> => {
    const answer = (await (await fetch(`${base}api/calls/${call_id}/events`)).json()) as { next?: number | null };
    return typeof answer.next === 'number';
  };
  await expectSoon(inTables, true);
  await go(page, `#/calls/${call_id}`);
  const shownEvents = (): Promise<number> => page.locator('.events li').count();
  await expectSoon(shownEvents, 2);
  const older = page.getByRole('button', { name: 'Load older events' });
  await older.click();
  await expectSoon(shownEvents, 3);
  expect(await older.count()).toBe(0);
});

it('shows the text of strangers as text', async () => {
  const texts = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'Verão ☀️ 👩‍👩‍👧',
    'مرحبا 123',
    '\u202Egnp.exe',
  ];
  await post(
    ...texts.map((text, i) => waits(`text-${i}`, { queue: text, their_number: text, direction: text })),
    ...texts.map((text) => ({ type: 'actor.logged-in', actor: text, queue: text, number: text, timestamp: now() })),
  );
  await go(page, '#/calls');
  for (const [i, text] of texts.entries()) {
    await row(`text-${i}`).waitFor(patience);
    expect(await row(`text-${i}`).locator('.phone').textContent()).toBe(text);
    expect(await row(`text-${i}`).locator('.queue-cell').textContent()).toBe(text);
  }
  await go(page, '#/calls/text-0');
  await page.getByRole('heading', { name: texts[0]! }).waitFor(patience);
  await go(page, '#/agents');
  for (const text of texts) await page.getByRole('rowheader', { name: text }).first().waitFor(patience);
  expect(await page.evaluate(() => document.querySelectorAll('#root script, #root img').length)).toBe(0);
});

it('goes on where it was after the socket is cut, the page was frozen, the gateway was killed', async () => {
  await go(page, '#/calls?search=cut-');
  await post(waits('cut-1'));
  await row('cut-1').waitFor(patience);
  proxy.cut();
  await post(waits('cut-2'));
  await row('cut-2').waitFor(patience);

  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  proxy.cut();
  await post(waits('cut-3'));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await row('cut-3').waitFor(patience);

  await system.kill('gateway');
  await page.getByRole('alert').getByText('Reconnecting').waitFor(patience);
  await post(waits('cut-4'), { type: 'call.finished', call_id: 'cut-1', timestamp: now() });
  // A minute passes.
  await page.evaluate(() => {
    const right = performance.now.bind(performance);
    performance.now = () => right() + 60_000;
  });
  // What was there stays, and is said to be old.
  await page
    .getByRole('alert')
    .getByText(/What you see is 1:\d\d old/)
    .waitFor(patience);
  expect(await row('cut-3').count()).toBe(1);
  await page.evaluate(() => delete (performance as { now?: unknown }).now);
  await system.start('gateway');
  await row('cut-4').waitFor(patience);
  await row('cut-1').locator('.state-FINISHED').waitFor(patience);
  await isLive(page);
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('shows waits by the clock of the gateway, whatever the clock of the PC says', async () => {
  await using wrong = await openPage(browser, { url: `${base}#/calls?search=clock-` });
  await post(waits('clock-1'));
  const timer = wrong.page.locator('[data-call=clock-1] .timer').first();
  await timer.waitFor(patience);
  for (const byMs of [dayMs, -dayMs]) {
    await wrong.page.evaluate((ms) => {
      const right = Date.now.bind(Date);
      Date.now = () => right() + ms;
    }, byMs);
    const before = await timer.textContent();
    await expectSoon(async () => (await timer.textContent()) !== before, true);
    expect(await timer.textContent()).toMatch(/^\D*\d?\d:\d\d$/);
    await isLive(wrong.page);
  }
  await wrong.page.reload();
  await timer.waitFor(patience);
  expect(await timer.textContent()).toMatch(/^\D*\d?\d:\d\d$/);
  expect(wrong.complaints).toEqual([]);
});

it('draws charts where the browser names a language that there is not, and in the colours of the system', async () => {
  await using own = await openPage(browser, { url: `${base}#/today`, language: 'en-US@posix', settings: {} });
  const ground = (): Promise<string> =>
    own.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await own.page.locator('.plot canvas').first().waitFor(patience);
  const light = await ground();
  await own.page.emulateMedia({ colorScheme: 'dark' });
  await expectSoon(async () => (await ground()) !== light, true);
  expect(own.complaints).toEqual([]);
});

/** Headings of views that speak for themselves are only heard. */
const attached = { ...patience, state: 'attached' } as const;
const views = ['#/now', '#/calls', '#/calls?as=columns', '#/calls/judged', '#/agents', '#/today'] as const;
it.each([
  // All but the colours is the same in both.
  { theme: 'light', language: 'pt-BR', rules: undefined },
  { theme: 'dark', language: 'en', rules: ['color-contrast'] },
])('can be used by everybody: $theme, $language', async ({ theme, language, rules }) => {
  await using own = await openPage(browser, { url: base, settings: { theme, language } });
  for (const view of views) {
    await go(own.page, view);
    await own.page.locator('main h1').first().waitFor(attached);
    expect([view, await accessibilityViolations(own.page, rules)]).toEqual([view, []]);
  }
  await own.page.getByRole('button', { name: /Settings|Configurações/ }).click();
  await own.page.locator('dialog[open]').waitFor(patience);
  expect(await accessibilityViolations(own.page, rules)).toEqual([]);
});

it.each([360, 3_840])('fits a screen of %d px', async (width) => {
  await using own = await openPage(browser, { url: base, width, height: Math.round(width / 1.6) });
  for (const view of views) {
    await go(own.page, view);
    await own.page.locator('main h1').first().waitFor(attached);
    expect([view, await horizontalOverflowPx(own.page)]).toEqual([view, 0]);
  }
});

it('has a wall: large, and without anything to click', async () => {
  await using wall = await openPage(browser, { url: `${base}?wallboard#/now`, width: 1_920, height: 1_080 });
  await wall.page.locator('.figure-value').first().waitFor(patience);
  expect(await wall.page.locator('button, nav, select, input').count()).toBe(0);
  const px = await wall.page
    .locator('.figure.big .figure-value')
    .first()
    .evaluate((one) => Number.parseFloat(getComputedStyle(one).fontSize));
  expect(px).toBeGreaterThan(70);
  expect(await horizontalOverflowPx(wall.page)).toBe(0);
});

it('loads itself again once where the gateway is of another version, and says so if that does not help', async () => {
  await using own = await openPage(browser, { url: base });
  await isLive(own.page);
  let loads = 0;
  own.page.on('load', () => loads++);
  // The next version of the gateway, whose page is the same, as if a cache had kept it.
  await own.page.addInitScript(() => {
    const parse = JSON.parse;
    JSON.parse = (text: string) => {
      const frame = parse(text) as { event?: string; data?: { projection_version?: number } } | null;
      if (frame?.event === 'Snapshot' && frame.data && sessionStorage.getItem('is now') === null)
        frame.data.projection_version = 999;
      return frame;
    };
  });
  await own.page.reload();
  await expectSoon(() => Promise.resolve(loads), 2);
  await own.page.locator('.stale[role=alert]').waitFor(patience);
  await isLive(own.page);
  expect(loads).toBe(2);
  await own.page.evaluate(() => sessionStorage.setItem('is now', 'yes'));
  await own.page.reload();
  await isLive(own.page);
  await expectSoon(() => own.page.evaluate(() => sessionStorage.getItem('callstream.reloaded')), null);
  expect(await own.page.locator('.stale').count()).toBe(0);
  expect(own.complaints).toEqual([]);
});

it('asks for a token where one is needed, and shows what it allows: a queue, and the end of numbers', async () => {
  const secret = 'a secret of tests, which is long enough';
  await using closed = await startGateway({ ...system.env, GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret });
  const made = launch({
    ...{ name: 'token', args: ['apps/gateway/src/token/main.ts', '--queues', 'fila', '--masked'] },
    env: { ...system.env, GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret },
  });
  expect(await made.exited).toBe(0);
  const token = /\S+\.\S+\.\S+/.exec(made.tail())?.[0] ?? '';
  await using own = await openPage(browser, { url: `http://127.0.0.1:${closed.port}/#/calls` });
  await own.page.getByLabel('Token').fill('a.wrong.one');
  await own.page.keyboard.press('Enter');
  await own.page.getByText('The token was refused').waitFor(patience);
  await own.page.getByLabel('Token').fill(token);
  await own.page.keyboard.press('Enter');
  const calls = own.page.locator('[data-call]');
  await calls.first().waitFor(patience);
  expect(await calls.evaluateAll((all) => all.map((one) => one.dataset['call']).toSorted())).toEqual([
    'filtered-1',
    'filtered-2',
  ]);
  expect(await own.page.locator('[data-call=filtered-1] .phone').textContent()).toMatch(/^[^0-9]*0001$/);
  await own.page.reload();
  await calls.first().waitFor(patience);
  expect(own.complaints).toEqual([]);
});
