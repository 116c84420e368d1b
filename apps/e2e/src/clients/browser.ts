import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * A headless Chromium from npm: nothing of the machine is needed but what any Linux has. Not with the arguments that the
 * package recommends: they turn off what keeps pages apart, and with it what is tested here.
 */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  const own = process.env['CHROMIUM_PATH'];
  const executablePath = own !== undefined && existsSync(own) ? own : await chromium.executablePath();
  const needed = ['--no-sandbox', '--no-zygote', '--disable-gpu'];
  return playwright.launch({ executablePath, args: [...needed, ...args], headless: true });
}
