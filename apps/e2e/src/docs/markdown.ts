import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slug } from 'github-slugger';
import type { Token, Tokens } from 'marked';
import { lexer, walkTokens } from 'marked';

export const repositoryRoot = join(import.meta.dirname, '../../../..');

/** What a page of the documentation consists of, as far as it can be wrong. */
export interface MarkdownPage {
  /** From the root of the repository. */
  readonly path: string;
  /** Targets of links and pictures. */
  readonly links: readonly string[];
  /** What a link may have behind `#`, as GitHub and the site make it of headings. */
  readonly anchors: ReadonlySet<string>;
  readonly code: readonly { readonly language: string; readonly text: string }[];
  /** What stands between backticks. */
  readonly names: readonly string[];
}

const isElsewhere = (path: string): boolean => /(^|\/)(node_modules|dist|\.[a-z]+)(\/|$)/.test(path);

/** Every page of the repository. */
export const readMarkdownPages = (): MarkdownPage[] =>
  globSync('**/*.md', { cwd: repositoryRoot, exclude: isElsewhere })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map(readMarkdownPage);

function readMarkdownPage(path: string): MarkdownPage {
  const links: string[] = [];
  const anchors = new Set<string>();
  const code: MarkdownPage['code'][number][] = [];
  const names: string[] = [];
  const see = (token: Token): void => {
    if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href);
    if (token.type === 'heading') anchors.add(slug(plain((token as Tokens.Heading).tokens)));
    if (token.type === 'code') code.push({ language: (token as Tokens.Code).lang ?? '', text: token.text as string });
    if (token.type === 'codespan') names.push(token.text as string);
  };
  void walkTokens(lexer(readFileSync(join(repositoryRoot, path), 'utf8')), see);
  return { path, links, anchors, code, names };
}

/** A heading as it is read: without backticks, stars and addresses. */
const plain = (tokens: readonly Token[]): string =>
  tokens.map((token) => ('tokens' in token ? plain(token.tokens) : (token as Tokens.Text).text)).join('');
