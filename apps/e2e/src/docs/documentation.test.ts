import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readMarkdownPages, repositoryRoot } from './markdown.ts';

const pages = readMarkdownPages();
const pageAt = new Map(pages.map((page) => [page.path, page]));
const sources = globSync('{*.mjs,docs/.vitepress/*.mjs,{apps,libs,tools,docker,docs,eslint}/**/*.{ts,tsx,mjs,sql}}', {
  cwd: repositoryRoot,
  exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path),
});

/** Links of a page to a file or heading that does not exist. */
function brokenLinks({ path, links }: (typeof pages)[number]): string[] {
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = decodeURI(link).split('#');
    const target = file === '' ? path : relative(repositoryRoot, join(repositoryRoot, dirname(path), file));
    if (!existsSync(join(repositoryRoot, target))) return true;
    return anchor !== undefined && pageAt.get(target)?.anchors.has(anchor) !== true;
  });
}

it('the documentation has pages and links to check', () => {
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(100);
});

it('links within the repository lead to an existing file and heading', () => {
  const broken = pages.map((page) => [page.path, brokenLinks(page)] as const).filter(([, links]) => links.length > 0);
  expect(Object.fromEntries(broken)).toEqual({});
});

it('source files that the documentation names exist', () => {
  const exists = (name: string): boolean => sources.some((source) => `/${source}`.endsWith(`/${name}`));
  const named = (names: readonly string[]): string[] => names.filter((name) => /^[\w./-]+\.(tsx?|sql|mjs)$/.test(name));
  const missing = pages
    .filter(({ path }) => path !== 'CHANGELOG.md')
    .map(({ path, names }) => [path, named(names).filter((name) => !exists(name))] as const)
    .filter(([, names]) => names.length > 0);
  expect(Object.fromEntries(missing)).toEqual({});
});

it('every page of docs/ is in the navigation of the site', async () => {
  const navigation = (await import(join(repositoryRoot, 'docs/.vitepress/navigation.mjs'))) as {
    readonly pages: string[];
  };
  const docsPages = pages
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/') && path !== 'docs/index.md');
  expect(docsPages.filter((path) => !navigation.pages.includes(path))).toEqual([]);
});

it('JSON examples of the documentation are valid JSON', () => {
  const examples = pages.flatMap(({ code }) => code).filter(({ language }) => language === 'json');
  expect(examples.length).toBeGreaterThan(1);
  for (const { text } of examples) JSON.parse(text);
});

it('messages that docs/troubleshooting.md and docs/upgrade.md quote are in the source', () => {
  const source = sources
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(repositoryRoot, path), 'utf8'))
    .join('\n');
  const text = ['troubleshooting', 'upgrade']
    .map((page) => readFileSync(join(repositoryRoot, `docs/${page}.md`), 'utf8'))
    .join('\n');
  const quoted = [...text.matchAll(/^\| "([^"|]+)"/gm)].map(([, message = '']) => message);
  expect(quoted.length).toBeGreaterThan(20);
  expect(quoted.filter((message) => !source.includes(message))).toEqual([]);
});

const textOf = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

it('every glossary term links to the file that owns it, and the entry pages link to the glossary', () => {
  const terms = [...textOf('docs/glossary.md').matchAll(/^- \*\*.+(?:\n {2}.+)*/gm)].map(([term]) => term);
  expect(terms.length).toBeGreaterThan(40);
  expect(terms.filter((term) => !/\]\(\.\.\/(?:apps|libs)\/[^)]+\)/.test(term))).toEqual([]);
  const first = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/index.md'];
  expect(first.filter((path) => !textOf(path).includes('docs/glossary'))).toEqual([]);
});

it('legacy names of the glossary occur in the reference, the alerts or the source', () => {
  const [, table = ''] = textOf('docs/glossary.md').split('## Names that keep an older word');
  const kept = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) => cell.match(/[\w.-]{3,}(?=`)/g) ?? []);
  expect(kept.length).toBeGreaterThan(20);
  const named = [
    ...globSync('docs/reference/*.md', { cwd: repositoryRoot }),
    'docker/observability/prometheus/alerts.yml',
    ...sources.filter((path) => !path.endsWith('.test.ts')),
  ]
    .map(textOf)
    .join('\n');
  expect(kept.filter((name) => !named.includes(name.replace(/^(?:calls|agents)\./, '')))).toEqual([]);
});

it('a decision record has a context and a decision, and fits on half a page', () => {
  const decisions = globSync('docs/decisions/*.md', { cwd: repositoryRoot }).map(
    (path) => [path, textOf(path)] as const,
  );
  expect(decisions.length).toBeGreaterThan(10);
  const invalid = decisions.filter(([, text]) => {
    const words = text.split(/\s+/).filter((word) => /\w/.test(word));
    return !text.includes('**Context.**') || !text.includes('**Decision.**') || words.length > 300;
  });
  expect(invalid.map(([path]) => path)).toEqual([]);
});
