import type { EnvSection } from './env-example.ts';
import { settingsOf } from './settings.ts';
import type { Setting } from './settings.ts';

interface DocumentedSetting {
  readonly setting: Setting;
  readonly readBy: readonly string[];
}

/** Chapters of the page, in order; a setting is in the first that contains it. */
const chapters: readonly { readonly title: string; readonly contains: (entry: DocumentedSetting) => boolean }[] = [
  { title: 'Kafka', contains: ({ setting }) => setting.name.startsWith('KAFKA_') },
  { title: 'Postgres', contains: ({ setting }) => setting.name.startsWith('DATABASE_') },
  ...['ingest', 'asterisk', 'projector', 'gateway', 'delegator'].map((service) => ({
    title: service,
    contains: ({ readBy }: DocumentedSetting) => readBy.length === 1 && readBy[0] === service,
  })),
  { title: 'All of them', contains: () => true },
];

const head = `# Configuration

Settings are environment variables. \`npm start\`, and the commands beside it, also read a file \`.env\` in the checkout;
[.env.example](../../.env.example) is a template for it. An empty variable counts as unset; for a secret it is an error. A service
with invalid settings does not start, and reports all of them at once.

- **By file**: for a setting with "or by file", \`<NAME>_FILE\` may name a file that contains the value, such as a secret of Docker or
  Kubernetes, or a certificate. Line breaks at its end are removed. It is an error if both are set, or if the file is missing, empty,
  a directory or not UTF-8.
- \`--help\` of a service lists its settings. \`--print-config\` prints the values in effect and their sources, secrets masked, and exits:
  \`npm run ingest -- --print-config\`.

<!-- From here on generated from the services' schemas: npm run env-example -->
`;

/** The text of docs/reference/configuration.md, before prettier: every setting once, with the services that read it. */
export function renderReference(sections: readonly EnvSection[]): string {
  const entries = new Map<string, DocumentedSetting>();
  for (const { title, schema } of sections)
    for (const setting of settingsOf(schema)) {
      const entry = entries.get(setting.name);
      entries.set(setting.name, entry ? alsoReadBy(entry, title, setting) : { setting, readBy: [title] });
    }
  const byChapter = Map.groupBy(entries.values(), (entry) => chapters.find(({ contains }) => contains(entry))?.title);
  const tables = chapters.map(({ title }) => {
    const rows = (byChapter.get(title) ?? []).map(rowOf);
    return `## ${title}\n\n| setting | default | value | read by | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [head, ...tables].join('\n');
}

/** If the description differs by service, both are in the page. */
function alsoReadBy(
  { setting, readBy }: DocumentedSetting,
  title: string,
  { description }: Setting,
): DocumentedSetting {
  const isSame = description === setting.description;
  const descriptions = isSame ? description : `${setting.description}. For ${title}: ${description}`;
  return { setting: { ...setting, description: descriptions }, readBy: [...readBy, title] };
}

function rowOf({ setting, readBy }: DocumentedSetting): string {
  const { name, default: defaultValue, format, secret, fileVariable, description } = setting;
  const value = [format, ...(secret ? ['secret'] : []), ...(fileVariable === undefined ? [] : ['or by file'])].join(
    '; ',
  );
  const cells = [
    `\`${name}\``,
    defaultValue === '' ? '' : `\`${defaultValue}\``,
    value,
    readBy.join(', '),
    description,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '\\<')).join(' | ')} |`;
}
