import { freePort, testDatabase, testKafkaBrokers, testTopicName } from '@callstream/stack';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../clients/browser.ts';
import { openPage } from '../clients/dashboard-page.ts';
import { createSender } from '../load/sender.ts';
import { startService } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import { commandOf, startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';
import { hasCaddy, startCaddy } from './caddy.ts';
import { buildNextGateway } from './next-gateway.ts';
import type { NextGateway } from './next-gateway.ts';
import { boardHost, missingForNginx, pathHost, startNginx, webhookHost } from './nginx.ts';

const missing = await missingForNginx();
const nginx = {
  name: 'nginx',
  missing,
  examples: { host: 'nginx.conf', path: 'nginx-path.conf' },
  start: (example: string, [first, second]: readonly [number, number]) =>
    startNginx(example, { 4000: first, 4001: second }),
};
const caddy = {
  name: 'Caddy',
  missing: hasCaddy ? null : 'caddy',
  examples: { host: 'Caddyfile', path: 'path.Caddyfile' },
  start: (example: string, gateways: readonly [number, number]) => {
    const hosts = example === 'Caddyfile' ? [webhookHost, boardHost] : [pathHost];
    return startCaddy({ example, hosts, gateways });
  },
};
const proxies = [nginx, caddy];
for (const proxy of proxies)
  if (proxy.missing !== null)
    console.warn(`docs/examples/${proxy.examples.host} is not tested: this machine lacks ${proxy.missing}.`);

const wait = { timeout: 30_000 };
const firstLoads = 10;

const cleanup = new AsyncDisposableStack();
let system: System;
let next: NextGateway;
beforeAll(async () => {
  const database = cleanup.use(await testDatabase());
  system = cleanup.use(
    await startSystem({
      brokers: testKafkaBrokers(),
      topic: testTopicName(),
      databaseUrl: database.url,
      services: ['ingest', 'projector'],
      settings: { GATEWAY_TRUSTED_PROXIES: '127.0.0.1', GATEWAY_ORIGINS: `${boardHost},${pathHost}` },
    }),
  );
  next = cleanup.use(
    await buildNextGateway({
      file: 'src/text/en.ts',
      from: "today: 'Today',",
      to: "today: 'Today of the next build',",
    }),
  );
  await using sender = createSender(system.webhookUrl, 1);
  await sender.postAll([JSON.stringify({ type: 'call.waiting', call_id: 'behind', queue: '900' })]);
  await system.untilProjected();
});
afterAll(() => cleanup.disposeAsync(), 60_000);

/** A gateway on one port, which an upgrade replaces. */
async function startReplaceableGateway() {
  const [port, adminPort] = [await freePort(), await freePort()];
  const env = { ...system.env, GATEWAY_PORT: String(port), GATEWAY_ADMIN_PORT: String(adminPort) };
  let service: ServiceProcess;
  const start = async (args: readonly string[]): Promise<void> => {
    service = await startService({ name: 'gateway', args, env }, adminPort);
  };
  await start(commandOf.gateway);
  return {
    port,
    upgrade: async () => {
      await service.stop();
      await start([next.main]);
    },
    [Symbol.asyncDispose]: () => service.stop(),
  };
}

/** Chromium that finds the hosts of the examples at a proxy of this machine. */
const startBrowserBehind = (port: number): Promise<Browser> =>
  startBrowser([
    '--ignore-certificate-errors',
    `--host-resolver-rules=${[boardHost, pathHost].map((host) => `MAP ${host} 127.0.0.1:${port}`).join(',')}`,
  ]);

const untilLive = (page: Page): Promise<void> => page.locator('.connection-status[data-connection=live]').waitFor(wait);
/** The title of the view of today: it says which build the page is of. */
const titleOfToday = async (page: Page): Promise<string | null> => {
  await page.locator('.plot canvas').first().waitFor(wait);
  return page.locator('main h1').textContent();
};
const goTo = (page: Page, hash: string): Promise<void> => page.evaluate((to) => void (location.hash = to), hash);

it('a change of one text renames the entry of the dashboard and its views', () => {
  const changing = (names: readonly string[]) =>
    names.filter((name) => /^(?:index|today-view|numbers-view)-/.test(name));
  expect(changing(next.scripts.before)).toHaveLength(3);
  expect(changing(next.scripts.next)).toHaveLength(3);
  expect(changing(next.scripts.next).filter((name) => next.scripts.before.includes(name))).toEqual([]);
});

describe.each(proxies.filter((proxy) => proxy.missing === null))('behind $name', ({ examples, start }) => {
  it('no first load is white while two gateways have two builds, and tabs of the old build go on through the upgrade', async () => {
    await using first = await startReplaceableGateway();
    await using second = await startReplaceableGateway();
    await using proxy = await start(examples.host, [first.port, second.port]);
    const browser = await startBrowserBehind(proxy.port);
    await using _browser = { [Symbol.asyncDispose]: () => browser.close() };
    const url = `https://${boardHost}/`;
    await using during = await openPage(browser, { url: `${url}#/calls?queue=900` });
    await using after = await openPage(browser, { url: `${url}?wallboard#/calls?queue=900` });
    const loads = { during: 0, after: 0 };
    during.page.on('load', () => loads.during++);
    after.page.on('load', () => loads.after++);
    await Promise.all([during, after].map(({ page }) => untilLive(page)));

    await second.upgrade();
    // Both builds are served: the old one is still complete for a tab that has it.
    await untilLive(during.page);
    await goTo(during.page, '#/today?queue=900');
    expect(await titleOfToday(during.page)).toBe('Today');
    expect(loads.during).toBe(0);
    const titles: (string | null)[] = [];
    for (let i = 0; i < firstLoads; i++) {
      await using opened = await openPage(browser, { url: `${url}#/today` });
      titles.push(await titleOfToday(opened.page));
      await untilLive(opened.page);
      expect(opened.errors).toEqual([]);
      // So that the pages do not all come from the same gateway, by the turns of the proxy.
      if (i % 2 === 0) await opened.page.evaluate(() => fetch('./').then((response) => response.text()));
    }
    expect(new Set(titles)).toEqual(new Set(['Today', 'Today of the next build']));

    await first.upgrade();
    await untilLive(after.page);
    await after.page.locator('[data-call=behind]').waitFor(wait);
    await goTo(after.page, '#/today?queue=900');
    expect(await titleOfToday(after.page)).toBe('Today of the next build');
    expect(loads).toEqual({ during: 0, after: 1 });
    expect(after.page.url()).toBe(`${url}?wallboard#/today?queue=900`);
    // No gateway has it any more.
    const old = next.scripts.before.find((name) => name.startsWith('today-view')) ?? '';
    const answer = await after.page.evaluate(async (path) => {
      const { status, headers } = await fetch(path);
      return { status, cache: headers.get('cache-control') };
    }, `assets/${old}`);
    expect(answer).toEqual({ status: 404, cache: 'no-store' });
  });

  it('the dashboard works under a path: page, scripts, fonts, icon, /api and the socket', async () => {
    await using first = await startReplaceableGateway();
    await using second = await startReplaceableGateway();
    await second.upgrade();
    await using proxy = await start(examples.path, [first.port, second.port]);
    const browser = await startBrowserBehind(proxy.port);
    await using _browser = { [Symbol.asyncDispose]: () => browser.close() };
    const url = `https://${pathHost}/callstream/`;
    await using opened = await openPage(browser, { url: url.slice(0, -1) });
    const { page, errors } = opened;
    await untilLive(page);
    // Where this proxy has no fixed port, its redirect has none either.
    expect(new URL(page.url()).pathname).toBe('/callstream/');
    const requested: string[] = [];
    const sockets: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(`${url}?link#/calls?queue=900`);
    await page.locator('[data-call=behind]').waitFor(wait);
    await page.locator('[data-call=behind] a').click();
    await page.locator('li[data-type="call.waiting"]').waitFor(wait);
    await goTo(page, '#/today?queue=900');
    await titleOfToday(page);
    await goTo(page, '#/numbers/service-level');
    await page.locator('.numbers .chosen').waitFor(wait);
    const unknownTypes = page.waitForResponse(/unknown-types/);
    await page.getByRole('button', { name: 'Settings' }).click();
    expect((await unknownTypes).status()).toBe(200);
    expect(sockets).toEqual([`wss://${pathHost}/callstream/socket`]);
    expect(requested.filter((one) => !one.startsWith(url) && !one.startsWith(`wss://${pathHost}/callstream/`))).toEqual(
      [],
    );
    expect(await page.evaluate(() => document.fonts.check('1em "Inter Variable"'))).toBe(true);
    const icon = await page.locator('link[rel=icon]').evaluate((link) => (link as HTMLLinkElement).href);
    const statusOf = (of: string): Promise<number> =>
      page.evaluate((address) => fetch(address).then(({ status }) => status), of);
    expect(await statusOf(icon)).toBe(200);
    expect(await statusOf('api/openapi.json')).toBe(200);
    expect(await statusOf('/api/queues')).toBe(404);
    await page.reload();
    await untilLive(page);
    // The request for /api/queues outside of the path.
    expect(errors).toEqual([expect.stringContaining('status of 404')]);
  });
});
