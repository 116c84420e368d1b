import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');

export interface GeneratedFilesOptions {
  /** Name of the npm script. */
  readonly script: string;
  readonly description: string;
  /** Path from the root → text. Pages (`.md`) are formatted. */
  readonly files: () => Promise<Readonly<Record<string, string>>>;
}

/** Writes the files; with `--check` it only fails, with exit code 1, if one is out of date. */
export async function writeGeneratedFiles({ script, description, files }: GeneratedFilesOptions): Promise<void> {
  const { check = false } = new Command(script)
    .description(description)
    .option('--check', 'only fail if they are out of date')
    .parse()
    .opts<{ check?: boolean }>();
  for (const [path, text] of Object.entries(await files())) {
    const file = join(root, path);
    const formatted = path.endsWith('.md')
      ? await format(text, { ...(await resolveConfig(file)), parser: 'markdown' })
      : text;
    if (!check) writeFileSync(file, formatted);
    else if (readFileSync(file, 'utf8') !== formatted) {
      console.error(`${relative(root, file)} is out of date. Run: npm run ${script}`);
      process.exitCode = 1;
    }
  }
}
