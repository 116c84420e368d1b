import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './exposed-metrics.ts';
import { readLogEvents } from './log-events-in-source.ts';
import type { LogEvent } from './log-events-in-source.ts';
import { repositoryRoot } from './markdown.ts';

const file = join(repositoryRoot, 'docs/reference/log-events.md');
const events = readLogEvents();

/** The meaning of each event, from the last column of the page. */
const meanings = (): ReadonlyMap<string, string> =>
  new Map(
    [...readFileSync(file, 'utf8').matchAll(/^\| `([\w.-]+)` .*\| ([^|]*) \|$/gm)].map(
      ([, name = '', meaning = '']) => [name, meaning.trim()],
    ),
  );

const sections = [
  ['Every service', 'libs/'],
  ['ingest', 'apps/ingest'],
  ['asterisk', 'apps/asterisk'],
  ['projector', 'apps/projector'],
  ['delegator', 'apps/delegator'],
  ['gateway', 'apps/gateway'],
] as const;

function render(): string {
  const known = meanings();
  const row = ({ name, levels, fields }: LogEvent): string[] => {
    const named = [...fields].map((field) => `\`${field}\``).join(', ');
    return [`\`${name}\``, [...levels].join(', '), named, known.get(name) ?? ''];
  };
  const tableOf = (workspace: string): string =>
    markdownTable([
      ['event', 'level', 'fields', 'meaning, and what to do'],
      ...events.filter((event) => event.workspace.startsWith(workspace)).map(row),
    ]);
  return sections.map(([title, workspace]) => `\n## ${title}\n\n${tableOf(workspace)}\n`).join('');
}

it('docs/reference/log-events.md lists exactly the logged events, with level and fields', () => {
  const text = readFileSync(file, 'utf8');
  const marker = /<!-- From here on generated[^\n]*-->\n/.exec(text);
  if (!marker) throw new Error('docs/reference/log-events.md has no marker <!-- From here on generated … -->.');
  const expected = text.slice(0, marker.index + marker[0].length) + render();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, expected);
  else expect(text).toBe(expected);
});

it('docs/reference/log-events.md explains every event', () => {
  expect(meanings().size).toBeGreaterThan(40);
  expect([...meanings()].filter(([, meaning]) => meaning === '')).toEqual([]);
});

it('a log event has one level and a dotted name', () => {
  expect(events.filter(({ levels }) => levels.size > 1)).toEqual([]);
  expect(events.filter(({ name }) => !/^[a-z]+\.[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
});

it('no log event has a field that is redacted as personal data', () => {
  const redacted = ['body', 'number', 'their_number', 'our_number', 'actor', 'token', 'secret', 'password'];
  expect(events.filter(({ fields }) => redacted.some((field) => fields.has(field)))).toEqual([]);
});
