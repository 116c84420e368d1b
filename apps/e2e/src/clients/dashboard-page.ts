import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';

export interface OpenPageOptions {
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
  /** Settings in localStorage before the page's scripts run. */
  readonly settings?: object;
  /** Language of the browser; default: en-GB. */
  readonly locale?: string;
  /** `navigator.language`; default: that of the locale. */
  readonly language?: string;
}

/** The dashboard in a browser context of its own. */
export interface DashboardPage extends AsyncDisposable {
  readonly page: Page;
  /** Script errors, console errors and violations of the content security policy. */
  readonly errors: readonly string[];
}

export async function openPage(
  browser: Browser,
  {
    url,
    width = 1_280,
    height = 800,
    settings = { theme: 'dark', language: 'en' },
    locale = 'en-GB',
    language,
  }: OpenPageOptions,
): Promise<DashboardPage> {
  const context = await browser.newContext({ viewport: { width, height }, locale, reducedMotion: 'reduce' });
  await context.addInitScript((text) => localStorage.setItem('callstream.settings', text), JSON.stringify(settings));
  if (language !== undefined)
    await context.addInitScript((value) => Object.defineProperty(navigator, 'language', { value }), language);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // The browser logs an unreachable server as an error, which is none of the page.
    if (
      message.type() === 'error' &&
      !/ERR_CONNECTION|WebSocket connection|status of (?:401|426|503)/.test(message.text())
    )
      errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors, [Symbol.asyncDispose]: () => context.close() };
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Violations that axe finds, a line each: of WCAG 2.2 AA and best practices, or only of `rules`. axe is evaluated through
 * the debugger, because the content security policy blocks its script; once per document, as its first run takes the longest.
 */
export async function accessibilityViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: standards };
  const violations = await page.evaluate(async (only) => {
    const { axe: injected } = globalThis as unknown as {
      axe: { run: (options: object) => Promise<{ violations: AxeViolation[] }> };
    };
    return (await injected.run({ runOnly: only })).violations;
  }, runOnly);
  return violations.map(
    ({ id, impact, nodes }) => `${id} (${String(impact)}): ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
  );
}

/** Pixels by which the content of a panel is wider than the panel, so that its last columns are cut off. */
export const cutOffPx = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.panel, .call-rows')];
    return Math.max(0, ...boxes.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
  });

/** Pixels by which the page is wider than its window. */
export const horizontalOverflowPx = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
