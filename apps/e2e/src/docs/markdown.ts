import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slug } from 'github-slugger';
import type { Token, Tokens } from 'marked';
import { lexer, walkTokens } from 'marked';

export const repositoryRoot = join(import.meta.dirname, '../../../..');

/** The checkable parts of a documentation page. */
export interface MarkdownPage {
  /** Relative to the root of the repository. */
  readonly path: string;
  /** Targets of links and pictures. */
  readonly links: readonly string[];
  /** Slugs of the headings, by the rules of GitHub. */
  readonly anchors: ReadonlySet<string>;
  readonly code: readonly { readonly language: string; readonly text: string }[];
  /** Texts between backticks. */
  readonly names: readonly string[];
}

const isExcluded = (path: string): boolean => /(^|\/)(node_modules|dist|\.[a-z]+)(\/|$)/.test(path);

/** Every Markdown file of the repository. */
export const readMarkdownPages = (): MarkdownPage[] =>
  globSync('**/*.md', { cwd: repositoryRoot, exclude: isExcluded })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map(readMarkdownPage);

function readMarkdownPage(path: string): MarkdownPage {
  const links: string[] = [];
  const anchors = new Set<string>();
  const code: MarkdownPage['code'][number][] = [];
  const names: string[] = [];
  const visit = (token: Token): void => {
    if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href);
    if (token.type === 'heading') anchors.add(slug(plainText((token as Tokens.Heading).tokens)));
    if (token.type === 'code') code.push({ language: (token as Tokens.Code).lang ?? '', text: token.text as string });
    if (token.type === 'codespan') names.push(token.text as string);
  };
  void walkTokens(lexer(readFileSync(join(repositoryRoot, path), 'utf8')), visit);
  return { path, links, anchors, code, names };
}

/** The text of a heading without markup. */
const plainText = (tokens: readonly Token[]): string =>
  tokens.map((token) => ('tokens' in token ? plainText(token.tokens) : (token as Tokens.Text).text)).join('');
