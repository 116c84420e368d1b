// What stands where in the menu. A page is named by its file in the repository, without `.md`; one that is not there is left out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

const rooms = {
  Begin: ['docs/start', 'docs/glossary', 'docs/comparison'],
  Concepts: [
    'docs/concepts/log',
    'docs/concepts/sources',
    'docs/concepts/join',
    'docs/concepts/position',
    'docs/concepts/cursor',
    'ARCHITECTURE',
  ],
  Install: [
    'docs/guides/webhooks',
    'docs/guides/asterisk',
    'docs/guides/delegation',
    'docs/guides/containers',
    'docs/guides/own-servers',
    'docs/guides/proxy',
    'docs/guides/scaling',
  ],
  Use: [
    'docs/guides/dashboard',
    'docs/guides/periods',
    'docs/guides/history',
    'docs/guides/analyst',
    'libs/client/README',
  ],
  Operate: [
    'docs/operations',
    'docs/upgrade',
    'docs/alerts',
    'docs/troubleshooting',
    'docs/data-protection',
    'docs/threat-model',
  ],
  Reference: pagesIn('docs/reference'),
  Project: ['CONTRIBUTING', 'SECURITY', 'docs/kafkajs', 'docs/releases', 'CHANGELOG', ...pagesIn('docs/decisions')],
};

export const sidebar = Object.entries(rooms).map(([text, pages]) => ({
  text,
  collapsed: text === 'Project',
  items: pages.filter(exists).map((page) => ({ text: titleOf(page), link: `/${page}` })),
}));

/** Every page of the site, by its file. What is not in the menu is not on the site. */
export const pages = Object.values(rooms)
  .flat()
  .filter(exists)
  .map((page) => `${page}.md`);

function exists(page) {
  return existsSync(join(root, `${page}.md`));
}

function titleOf(page) {
  // Nx writes the changelog, without a heading.
  if (page === 'CHANGELOG') return 'Changelog';
  const heading = readFileSync(join(root, `${page}.md`), 'utf8').match(/^# (.+)$/m)?.[1] ?? page;
  return heading.replaceAll('`', '');
}

function pagesIn(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name.slice(0, -'.md'.length)}`);
}
