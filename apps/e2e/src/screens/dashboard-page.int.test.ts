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

// For a busy machine.
jest.setTimeout(60_000);
const livesNow = fixtureEventsUntil(Date.now());
const wait = { timeout: 20_000 };
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
const go = (to: Page, hash: string): Promise<void> => to.evaluate((next) => void (location.hash = next), hash);
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
  const late = { type: 'call.new', call_id, timestamp: new Date(Date.now() - 60_000).toISOString() };
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
  expect(JSON.parse((await event('call.new').locator('pre').textContent()) ?? '')).toEqual(late);
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

  await system.kill('gateway');
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
  await opened.page.emulateMedia({ colorScheme: 'dark' });
  await expectSoon(async () => (await background()) !== light, true);
  expect(opened.errors).toEqual([]);
});

/** Some headings are only for screen readers: present, but not visible. */
const attached = { ...wait, state: 'attached' } as const;
const views = ['#/now', '#/calls', '#/calls?as=columns', '#/calls/detailed', '#/agents', '#/today'] as const;
it.each([
  // The themes differ only in colours.
  { theme: 'light', language: 'pt-BR', rules: undefined },
  { theme: 'dark', language: 'en', rules: ['color-contrast'] },
])(
  'every view passes the accessibility rules of axe: theme $theme, language $language',
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
  },
);

it.each([360, 3_840])('no view overflows a window of %d px', async (width) => {
  await using opened = await openPage(browser, { url: base, width, height: Math.round(width / 1.6) });
  for (const view of views) {
    await go(opened.page, view);
    await opened.page.locator('main h1').first().waitFor(attached);
    expect([view, await horizontalOverflowPx(opened.page)]).toEqual([view, 0]);
  }
});

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
  await expectSoon(() => opened.page.evaluate(() => sessionStorage.getItem('callstream.reloaded')), null);
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
  await opened.page.reload();
  await calls.first().waitFor(wait);
  expect(opened.errors).toEqual([]);
});
