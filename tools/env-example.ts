// Generates .env.example and docs/reference/configuration.md from the services' schemas; with --check it only fails if they are out of date.
import { renderEnvExample, renderReference } from '@callstream/runtime';
import type { EnvSection } from '@callstream/runtime';
import { z } from 'zod';
import { writeGeneratedFiles } from './generated-files.ts';
import { readServiceSchemas } from './service-schemas.ts';

/** The settings that `npm start` itself reads; it passes all settings on to the services. */
const StartEnv = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .describe(
      'Folder of the embedded Kafka and Postgres, and of the logs; another one, with other ports, is another system',
    ),
});

await writeGeneratedFiles({
  script: 'env-example',
  description: "Writes .env.example and docs/reference/configuration.md from the services' settings.",
  files: async () => {
    const services = Object.entries(await readServiceSchemas()).map(([title, schema]) => ({ title, schema }));
    const sections: EnvSection[] = [{ title: 'npm start', schema: StartEnv }, ...services];
    return {
      '.env.example': renderEnvExample(sections),
      'docs/reference/configuration.md': renderReference(sections),
    };
  },
});
