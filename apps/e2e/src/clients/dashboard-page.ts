import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';

export interface OpenPageOptions {
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
  /** What is set before the page runs. */
  readonly settings?: object;
  /** What the browser says its language is, if not that of its locale. */
  readonly language?: string;
}

/** A page of the dashboard, in a context of its own, and all that it complained of. */
export interface DashboardPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of its scripts, of its console, and what its content security policy forbade. */
  readonly complaints: readonly string[];
}

export async function openPage(
  browser: Browser,
  { url, width = 1_280, height = 800, settings = { theme: 'dark', language: 'en' }, language }: OpenPageOptions,
): Promise<DashboardPage> {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', reducedMotion: 'reduce' });
  await context.addInitScript((text) => localStorage.setItem('callstream.settings', text), JSON.stringify(settings));
  if (language !== undefined)
    await context.addInitScript((it) => Object.defineProperty(navigator, 'language', { value: it }), language);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // That a server does not answer is no mistake of the page, and the browser says it in red all the same.
    if (
      message.type() === 'error' &&
      !/ERR_CONNECTION|WebSocket connection|status of (?:401|426|503)/.test(message.text())
    )
      complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe finds by WCAG 2.2 AA, or by single rules of it, as lines. The page's policy lets no script in, so axe is evaluated
 * from outside.
 */
export async function accessibilityViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: standards };
  const violations = await page.evaluate(async (only) => {
    const within = globalThis as unknown as {
      axe: { run: (options: object) => Promise<{ violations: AxeViolation[] }> };
    };
    return (await within.axe.run({ runOnly: only })).violations;
  }, runOnly);
  return violations.map(
    ({ id, impact, nodes }) => `${id} (${String(impact)}): ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
  );
}

/** Nothing sticks out to the side. */
export const horizontalOverflowPx = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
