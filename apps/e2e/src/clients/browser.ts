import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';
import type { Browser } from 'playwright-core';

/**
 * A headless Chromium from npm, or that of CHROMIUM_PATH. Without the arguments that the package recommends: they turn off
 * site isolation and web security, which are tested here.
 */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  const installed = process.env['CHROMIUM_PATH'];
  const executablePath = installed !== undefined && existsSync(installed) ? installed : await chromium.executablePath();
  const required = ['--no-sandbox', '--no-zygote', '--disable-gpu'];
  return playwright.launch({ executablePath, args: [...required, ...args], headless: true });
}
