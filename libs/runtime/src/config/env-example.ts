import type { z } from 'zod';
import { settingsOf } from './settings.ts';

export interface EnvSection {
  readonly title: string;
  readonly schema: z.ZodObject;
}

const head = `# Every setting with its default. Generated from the services' schemas: npm run env-example
# "(or …_FILE)": that variable may name a file that contains the value.`;

/** The text of `.env.example`: every setting of the sections once, with its description and default. */
export function renderEnvExample(sections: readonly EnvSection[]): string {
  const seen = new Set<string>();
  const blocks = sections.map(({ title, schema }) => {
    const settings = settingsOf(schema).filter(({ name }) => !seen.has(name));
    for (const { name } of settings) seen.add(name);
    const lines = settings.map(({ name, description, fileVariable, ...setting }) => {
      const orFile = fileVariable === undefined ? '' : ` (or ${fileVariable})`;
      return `# ${description}${orFile}\n#${name}=${setting.default}`;
    });
    return [`# --- ${title}`, ...lines].join('\n\n');
  });
  return `${head}\n\n${blocks.join('\n\n')}\n`;
}
