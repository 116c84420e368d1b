import type { z } from 'zod';
import { settingsOf } from './settings.ts';

export interface EnvSection {
  readonly title: string;
  readonly schema: z.ZodObject;
}

const head = `# Every setting with its default. Generated from the services' schemas: npm run env-example
# What is marked "or …_FILE" may stand in a file instead, which that variable names.`;

/** The text of `.env.example`: every variable of the sections once, with its meaning and its default. */
export function renderEnvExample(sections: readonly EnvSection[]): string {
  const seen = new Set<string>();
  const blocks = sections.map(({ title, schema }) => {
    const settings = settingsOf(schema).filter(({ name }) => !seen.has(name));
    for (const { name } of settings) seen.add(name);
    const lines = settings.map(({ name, description, fileVariable, ...setting }) => {
      const byFile = fileVariable === undefined ? '' : ` (or ${fileVariable})`;
      return `# ${description}${byFile}\n#${name}=${setting.default}`;
    });
    return [`# --- ${title}`, ...lines].join('\n\n');
  });
  return `${head}\n\n${blocks.join('\n\n')}\n`;
}
