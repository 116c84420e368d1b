import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './exposed-metrics.ts';
import { readLogEvents } from './log-events-in-source.ts';
import type { LogEvent } from './log-events-in-source.ts';
import { repositoryRoot } from './markdown.ts';

const file = join(repositoryRoot, 'docs/reference/log-events.md');
const events = readLogEvents();

/** What the page says of each event; that stands in the last cell. */
const meanings = (): ReadonlyMap<string, string> =>
  new Map(
    [...readFileSync(file, 'utf8').matchAll(/^\| `([\w.-]+)` .*\| ([^|]*) \|$/gm)].map(
      ([, name = '', meaning = '']) => [name, meaning.trim()],
    ),
  );

const sections = [
  ['Every service', 'libs/'],
  ['ingest', 'apps/ingest'],
  ['projector', 'apps/projector'],
  ['gateway', 'apps/gateway'],
] as const;

function render(): string {
  const known = meanings();
  const row = ({ name, levels, fields }: LogEvent): string[] => {
    const named = [...fields].map((field) => `\`${field}\``).join(', ');
    return [`\`${name}\``, [...levels].join(', '), named, known.get(name) ?? ''];
  };
  const of = (workspace: string): string =>
    markdownTable([
      ['event', 'level', 'fields', 'meaning, and what to do'],
      ...events.filter((event) => event.workspace.startsWith(workspace)).map(row),
    ]);
  return sections.map(([title, workspace]) => `\n## ${title}\n\n${of(workspace)}\n`).join('');
}

it('every event that the services log is documented with its level and its fields, and no other', () => {
  const text = readFileSync(file, 'utf8');
  const marker = /<!-- From here on generated[^\n]*-->\n/.exec(text);
  if (!marker) throw new Error('docs/reference/log-events.md has no marker.');
  const wanted = text.slice(0, marker.index + marker[0].length) + render();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, wanted);
  else expect(text).toBe(wanted);
});

it('the page says of every event what it means', () => {
  expect(meanings().size).toBeGreaterThan(40);
  expect([...meanings()].filter(([, meaning]) => meaning === '')).toEqual([]);
});

it('an event has one level, and a dotted name that says of what it is', () => {
  expect(events.filter(({ levels }) => levels.size > 1)).toEqual([]);
  expect(events.filter(({ name }) => !/^[a-z]+\.[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
});

it('no field is one of those that are hidden as personal: a line whose field is hidden is of no use', () => {
  const hidden = ['body', 'number', 'their_number', 'our_number', 'actor', 'token', 'secret', 'password'];
  expect(events.filter(({ fields }) => hidden.some((field) => fields.has(field)))).toEqual([]);
});
