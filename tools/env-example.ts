// Generates .env.example and docs/reference/configuration.md from the services' schemas; with --check it only fails if they are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { renderEnvExample, renderReference } from '@callstream/runtime';
import type { EnvSection } from '@callstream/runtime';
import { Command } from 'commander';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';

const { check = false } = new Command('env-example')
  .description("Writes .env.example and docs/reference/configuration.md from the services' settings.")
  .option('--check', 'only fail if they are out of date')
  .parse()
  .opts<{ check?: boolean }>();

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'reference', 'configuration.md');

/** The settings that `npm start` itself reads; it passes all settings on to the services. */
const StartEnv = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .describe(
      'Folder of the embedded Kafka and Postgres, and of the logs; another one, with other ports, is another system',
    ),
});

async function schemaOf(app: string, name: string): Promise<z.ZodObject> {
  const config = (await import(join(root, 'apps', app, 'src', 'config.ts'))) as Record<string, z.ZodObject | undefined>;
  const schema = config[name];
  if (!schema) throw new Error(`apps/${app}/src/config.ts has no ${name}.`);
  return schema;
}

const sections: EnvSection[] = [
  { title: 'npm start', schema: StartEnv },
  { title: 'ingest', schema: await schemaOf('ingest', 'IngestEnv') },
  { title: 'projector', schema: await schemaOf('projector', 'ProjectorEnv') },
  { title: 'gateway', schema: await schemaOf('gateway', 'GatewayEnv') },
];
const files = {
  [join(root, '.env.example')]: renderEnvExample(sections),
  [page]: await format(renderReference(sections), { ...(await resolveConfig(page)), parser: 'markdown' }),
};
for (const [file, text] of Object.entries(files))
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${relative(root, file)} is out of date. Run: npm run env-example`);
    process.exitCode = 1;
  }
