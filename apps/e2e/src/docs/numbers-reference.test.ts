import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberDefinitions, numberGroups, numberGroupTitles } from '@callstream/domain';
import type { NumberGroup } from '@callstream/domain';
import { slug } from 'github-slugger';
import { repositoryRoot } from './markdown.ts';

const file = join(repositoryRoot, 'docs/reference/numbers.md');

/** One section for each number, so that each has an anchor. */
const page = `# What each number counts

Each number in one sentence, with one example. The dashboard shows the same behind the "?" of its tiles, and \`/api/openapi.json\` and
\`/api/asyncapi.json\` beside each field. Callers are inbound calls, and those of an unknown direction. Settings are in
[configuration](configuration.md), the rules of a call's life in [join](../concepts/join.md), SQL in [tables](tables.md).

<!-- From here on generated from libs/domain/src/definitions: UPDATE_DOCS=1 npm test -- apps/e2e/src/docs/numbers-reference -->

${Object.entries(numberGroups)
  .flatMap(([group, ids]) => [
    `## ${numberGroupTitles[group as NumberGroup]}\n`,
    ...ids.map((id) => {
      const { name, sentence, example } = numberDefinitions[id];
      return `### ${name}\n\n${sentence}\n\nExample: ${example}\n`;
    }),
  ])
  .join('\n')}`;

it('docs/reference/numbers.md has the definition of every number', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page);
  else expect(readFileSync(file, 'utf8')).toBe(page);
});

it('the id of a number and of a group is the anchor of its heading', () => {
  const names = Object.entries(numberDefinitions).map(([id, { name }]) => [id, name] as const);
  for (const [id, title] of [...names, ...Object.entries(numberGroupTitles)]) expect(slug(title)).toBe(id);
});

it('each definition is one sentence', () => {
  for (const { sentence } of Object.values(numberDefinitions)) expect(sentence).toMatch(/^[A-Z][^.!?]*\.$/);
});
