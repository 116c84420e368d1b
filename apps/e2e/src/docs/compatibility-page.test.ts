import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults } from '../compatibility/results.ts';
import { triedVersions } from '../compatibility/versions.ts';
import { markdownTable } from './exposed-metrics.ts';
import { repositoryRoot } from './markdown.ts';

const file = join(repositoryRoot, 'docs/reference/compatibility.md');
const { versions, through } = readResults();

const page = `# What callstream works with

What a test ran on this version of callstream: webhooks, tables, sockets, \`rebuild\`, \`verify\` and \`doctor\` on the real servers, each started by the test.
What is not here was not tried. Needed are Kafka 3.7 or newer with KRaft, PostgreSQL 15 or newer, and Node.js 24, which \`npm install\` brings.
Managed services: [own servers](../guides/own-servers.md#managed-kafka).

<!-- From here on generated from apps/e2e/src/compatibility/results.json, which the long test writes:
UPDATE_DOCS=1 npm run test:long -- apps/e2e/src/compatibility; then UPDATE_DOCS=1 npm test -- apps/e2e/src/docs/compatibility-page -->

## Kafka and PostgreSQL

${markdownTable([
  ['Kafka', 'PostgreSQL', 'Node.js', 'tried'],
  ...versions.map(({ kafka, postgres, node, tried }) => [kafka, postgres, node, tried]),
])}

## Between callstream and the others

${markdownTable([['program', 'version', 'tried'], ...through.map(({ name, version, tried }) => [name, version, tried])])}
`;

it('docs/reference/compatibility.md has the versions that were tried', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page);
  else expect(readFileSync(file, 'utf8')).toBe(page);
});

it('each version of Kafka that the long test starts was tried', () => {
  expect(versions.map(({ kafka }) => kafka)).toEqual(triedVersions.map(({ kafka }) => kafka));
});
