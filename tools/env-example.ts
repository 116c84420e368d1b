// Generates .env.example and docs/reference/configuration.md from the services' schemas; with --check it only fails if they are out of date.
import { join } from 'node:path';
import { renderEnvExample, renderReference } from '@callstream/runtime';
import type { EnvSection } from '@callstream/runtime';
import { z } from 'zod';
import { writeGeneratedFiles } from './generated-files.ts';

const root = join(import.meta.dirname, '..');

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

await writeGeneratedFiles({
  script: 'env-example',
  description: "Writes .env.example and docs/reference/configuration.md from the services' settings.",
  files: async () => {
    const sections: EnvSection[] = [
      { title: 'npm start', schema: StartEnv },
      { title: 'ingest', schema: await schemaOf('ingest', 'IngestEnv') },
      { title: 'projector', schema: await schemaOf('projector', 'ProjectorEnv') },
      { title: 'gateway', schema: await schemaOf('gateway', 'GatewayEnv') },
    ];
    return {
      '.env.example': renderEnvExample(sections),
      'docs/reference/configuration.md': renderReference(sections),
    };
  },
});
