import type { EnvSection } from './env-example.ts';
import { settingsOf } from './settings.ts';
import type { Setting } from './settings.ts';

interface DocumentedSetting {
  readonly setting: Setting;
  readonly readBy: readonly string[];
}

/** Rooms of the page, in order; a setting is in the first that takes it. */
const rooms: readonly { readonly title: string; readonly takes: (entry: DocumentedSetting) => boolean }[] = [
  { title: 'Kafka', takes: ({ setting }) => setting.name.startsWith('KAFKA_') },
  { title: 'Postgres', takes: ({ setting }) => setting.name.startsWith('DATABASE_') },
  ...['ingest', 'projector', 'gateway'].map((service) => ({
    title: service,
    takes: ({ readBy }: DocumentedSetting) => readBy.length === 1 && readBy[0] === service,
  })),
  { title: 'All of them', takes: () => true },
];

const head = `# Configuration

Settings are variables of the environment. \`npm start\`, and the commands beside it, also read a file \`.env\` in the checkout;
[.env.example](../../.env.example) is one to begin with. An empty variable counts as not set, but for a secret, where it is
a mistake. What is not usable ends the start, with every such setting and its meaning at once.

- **By file**: a setting that says so takes its value from the file that \`<NAME>_FILE\` names instead: for the secrets of Docker
  and Kubernetes, and for certificates. Line ends after it are cut off. Both given, a file that is missing, empty, a folder or no UTF-8: an error.
- \`--help\` of a service lists its settings. \`--print-config\` prints what is in effect and where it comes from, secrets masked, and ends:
  \`npm run ingest -- --print-config\`.

<!-- From here on generated from the services' schemas: npm run env-example -->
`;

/** The text of docs/reference/configuration.md, before prettier: every setting once, with who reads it. */
export function renderReference(sections: readonly EnvSection[]): string {
  const entries = new Map<string, DocumentedSetting>();
  for (const { title, schema } of sections)
    for (const setting of settingsOf(schema)) {
      const before = entries.get(setting.name);
      entries.set(setting.name, before ? alsoReadBy(before, title, setting) : { setting, readBy: [title] });
    }
  const placed = Map.groupBy(entries.values(), (entry) => rooms.find(({ takes }) => takes(entry))?.title);
  const parts = rooms.map(({ title }) => {
    const rows = (placed.get(title) ?? []).map(rowOf);
    return `## ${title}\n\n| setting | default | value | read by | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [head, ...parts].join('\n');
}

/** What means something else there is told of both. */
function alsoReadBy(
  { setting, readBy }: DocumentedSetting,
  title: string,
  { description }: Setting,
): DocumentedSetting {
  const isSame = description === setting.description;
  const both = isSame ? description : `${setting.description}. For ${title}: ${description}`;
  return { setting: { ...setting, description: both }, readBy: [...readBy, title] };
}

function rowOf({ setting, readBy }: DocumentedSetting): string {
  const { name, default: otherwise, format, secret, fileVariable, description } = setting;
  const value = [format, ...(secret ? ['secret'] : []), ...(fileVariable === undefined ? [] : ['or by file'])].join(
    '; ',
  );
  const cells = [`\`${name}\``, otherwise === '' ? '' : `\`${otherwise}\``, value, readBy.join(', '), description];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '\\<')).join(' | ')} |`;
}
