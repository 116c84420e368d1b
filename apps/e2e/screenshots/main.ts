// npm run screenshots: takes the pictures of README and docs, from a simulated call centre.
import { join } from 'node:path';
import { until } from '@callstream/stack';
import { Command } from 'commander';
import type { Browser, Page } from 'playwright-core';
import { withSystem } from '../bench/with-system.ts';
import { findServers } from '../bench/servers.ts';
import { startBrowser } from '../src/clients/browser.ts';
import { openPage } from '../src/clients/dashboard-page.ts';
import { startLiveCentre } from './live-centre.ts';

new Command('screenshots')
  .description('Takes the pictures of README and docs from a simulated call centre, and overwrites them. About 5 min.')
  .parse();

const folder = join(import.meta.dirname, '../../../docs/images');
const wide = { width: 1_440, height: 810 };

interface Screenshot {
  readonly name: string;
  readonly address: string;
  readonly theme: 'dark' | 'light';
  /** Selector of an element that must be visible first. */
  readonly waitFor: string;
  /** Navigates where a fixed address is not enough. */
  readonly navigate?: (page: Page) => Promise<void>;
}

const screenshots: readonly Screenshot[] = [
  { name: 'now', address: '#/now', theme: 'dark', waitFor: '.queues tbody tr' },
  { name: 'calls', address: '#/calls', theme: 'light', waitFor: '[data-call]' },
  {
    name: 'call',
    address: '#/calls?state=FINISHED&queue=910',
    theme: 'dark',
    waitFor: '.lane .span',
    navigate: openCall,
  },
  { name: 'today', address: '#/today', theme: 'light', waitFor: '.plot canvas' },
];

/** Opens the call with the most agents. */
async function openCall(page: Page): Promise<void> {
  const agents = page.locator('[data-call] .agent-cell');
  await agents.first().waitFor();
  const names = await agents.allTextContents();
  const most = names.reduce((best, text, i) => (text.length > (names[best] ?? '').length ? i : best), 0);
  await page.locator('[data-call] a').nth(most).click();
}

async function takeScreenshot(
  browser: Browser,
  url: string,
  { name, address, theme, waitFor, navigate }: Screenshot,
): Promise<void> {
  const settings = { theme, language: 'en' };
  await using shown = await openPage(browser, { url: `${url}${address}`, ...wide, settings });
  const { page, errors } = shown;
  await navigate?.(page);
  await page.locator(waitFor).first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  // Every chart needs at least two points.
  if (name === 'today') await page.locator('.plot canvas').nth(3).waitFor();
  const file = join(folder, `dashboard-${name}.png`);
  await page.screenshot({ path: file });
  if (errors.length > 0) throw new Error(`${name}: ${errors.join('; ')}`);
  process.stdout.write(`${file}\n`);
}

process.stderr.write('starting Kafka and Postgres …\n');
await using servers = await findServers(process.env);
process.env['CALLSTREAM_TEST_DATABASE_URL'] = servers.databaseUrl;
await withSystem(servers, { services: ['ingest', 'projector', 'gateway'] }, async (system) => {
  process.stderr.write('simulating two hours of a call centre …\n');
  await using centre = await startLiveCentre(system);
  await until(() => centre.isLive(), {
    timeoutMs: 120_000,
    onTimeout: () => new Error('The history of two hours is not produced within 120 s.'),
  });
  await system.untilProjected();
  const browser = await startBrowser();
  try {
    const url = new URL('/', system.socketUrl.replace('ws:', 'http:')).href;
    for (const picture of screenshots) await takeScreenshot(browser, url, picture);
  } finally {
    await browser.close();
  }
});
if (process.connected) process.disconnect();
