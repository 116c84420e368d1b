// Pages link to files and folders of the repository, which are not on the site: those links go to where the repository is.
import { execFileSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { pages } from './navigation.mjs';

const root = join(import.meta.dirname, '..', '..');
const onSite = new Set([...pages, 'docs/index.md']);

/** A markdown-it plugin. Where nobody knows the repository's address (no remote named origin), such a link is only its text. */
export function repositoryLinks(markdown) {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      for (const [index, token] of (children ?? []).entries()) {
        if (token.type === 'link_open') redirect(token, { page: env.path, closing: closingOf(children, index) });
      }
    }
  });
}

function redirect(token, { page, closing }) {
  const href = token.attrGet('href');
  if (/^(?:[a-z]+:|\/|#)/i.test(href)) return;
  const [path] = href.split('#');
  const target = relative(root, join(dirname(page), decodeURI(path))) || '.';
  if (onSite.has(target)) return;
  if (repository === null) {
    for (const each of [token, closing]) {
      each.tag = 'span';
      each.type = 'text';
      each.content = '';
    }
  } else token.attrSet('href', `${repository}/blob/main/${target}`);
}

const closingOf = (children, from) => children.slice(from).find(({ type }) => type === 'link_close');

const repository = addressOf(
  process.env.GITHUB_REPOSITORY ? `https://github.com/${process.env.GITHUB_REPOSITORY}` : origin(),
);

function origin() {
  try {
    return execFileSync('git', ['remote', 'get-url', 'origin'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}

function addressOf(remote) {
  const https = remote.replace(/^git@([^:]+):/, 'https://$1/').replace(/\.git$/, '');
  return https.startsWith('https://') ? https : null;
}
