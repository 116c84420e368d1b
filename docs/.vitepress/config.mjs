// The site of the documentation: npm run docs, npm run docs:build. Addresses are the paths of the files in the repository.
import { join } from 'node:path';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';
import { pages, sidebar } from './navigation.mjs';
import { repositoryLinks } from './repository-links.mjs';

/** Pages outside of docs/ do not find Vue, which is installed here, by themselves. */
const vueOfPages = {
  name: 'vue-of-pages',
  enforce: 'pre',
  resolveId(id, importer, options) {
    if (!/^vue(?:$|\/)/.test(id) || !importer?.includes('.md')) return null;
    return this.resolve(id, join(import.meta.dirname, 'config.mjs'), { ...options, skipSelf: true });
  },
};

export default defineConfig({
  title: 'callstream',
  description: 'Keeps every event of a call centre, and shows what they mean',
  // Pages stand where GitHub shows them too; a link is good in both places.
  srcDir: '..',
  srcExclude: ['**/node_modules/**', '**/.*/**', '{apps,docker,fixtures,tools}/**', 'libs/!(client)/**', 'README.md'],
  rewrites: { 'docs/index.md': 'index.md' },
  // For GitHub Pages of a repository: /callstream/.
  base: process.env.DOCS_BASE ?? '/',
  lang: 'en',
  lastUpdated: false,
  markdown: {
    // As GitHub does, so that a link to a heading is good in both places.
    anchor: { slugify: (text) => slug(text) },
    config: (markdown) => markdown.use(repositoryLinks),
  },
  vite: {
    envDir: false,
    plugins: [vueOfPages],
    build: { chunkSizeWarningLimit: 1_000 },
  },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/docs/start' },
      { text: 'Concepts', link: '/docs/concepts/log' },
      { text: 'Operations', link: '/docs/operations' },
      { text: 'Reference', link: `/${pages.find((page) => page.startsWith('docs/reference/'))?.replace(/\.md$/, '')}` },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
});
