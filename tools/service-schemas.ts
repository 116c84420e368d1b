import { join } from 'node:path';
import type { z } from 'zod';

const root = join(import.meta.dirname, '..');

/** The settings of each service. Imported by path, because no project may import an app. */
export async function readServiceSchemas(): Promise<
  Record<'ingest' | 'asterisk' | 'projector' | 'gateway' | 'delegator', z.ZodObject>
> {
  return {
    ingest: await schemaOf('ingest', 'IngestEnv'),
    asterisk: await schemaOf('asterisk', 'AsteriskEnv'),
    projector: await schemaOf('projector', 'ProjectorEnv'),
    gateway: await schemaOf('gateway', 'GatewayEnv'),
    delegator: await schemaOf('delegator', 'DelegatorEnv'),
  };
}

async function schemaOf(app: string, name: string): Promise<z.ZodObject> {
  const config = (await import(join(root, 'apps', app, 'src', 'config.ts'))) as Record<string, z.ZodObject | undefined>;
  const schema = config[name];
  if (!schema) throw new Error(`apps/${app}/src/config.ts has no ${name}.`);
  return schema;
}
