import { z } from 'zod';

/** A whole number of a port; 0 lets the system choose. */
export const portEnv = (port: number) => z.coerce.number().int().min(0).max(65_535).default(port);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A list of hosts to listen on; by default both loopback addresses. */
export const hostsEnv = list.default(['127.0.0.1', '::1']);
export const listEnv = list;

/** A secret that may be missing. One that is set and empty is a mistake, and not the same as none. */
export const secretEnv = (schema: z.ZodString, description: string) =>
  schema.optional().meta({ description, secret: true });

export const kafkaEnv = {
  KAFKA_BROKERS: list
    .pipe(z.array(z.string()).min(1))
    .default(['127.0.0.1:9092'])
    .describe('Kafka brokers, host:port, separated by commas'),
  KAFKA_TOPIC: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .default('call-events')
    .describe('Topic that keeps every event; <topic>-dlq keeps what is none'),
};

export const databaseEnv = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .default('postgres://postgres@127.0.0.1:5432/callstream')
    .describe('Postgres that holds the projection'),
};

export const adminHostEnv = {
  ADMIN_HOST: hostsEnv.describe('Addresses of the admin port (/livez, /readyz, /metrics), separated by commas'),
};

export const stopEnv = {
  STOP_DELAY_SECONDS: z.coerce
    .number()
    .min(0)
    .max(300)
    .default(0)
    .describe(
      'How long everything goes on after SIGTERM while /readyz says 503, for a load balancer that has to notice; 0: at once, for one that tries another',
    ),
};

export const logEnv = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
};

/** The settings in `env`; an empty variable counts as not set, unless it is a secret. @throws {Error} naming every missing or malformed variable at once */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const isSecret = (name: string): boolean =>
    (schema.shape[name] as z.ZodType | undefined)?.meta()?.['secret'] === true;
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name in schema.shape && (value !== '' || isSecret(name))),
  );
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const lines = read.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name}: ${issue.message} (${describe(schema, name)})`;
  });
  throw new Error(`These settings are not usable:\n${lines.join('\n')}`);
}

const describe = (schema: z.ZodObject, name: string): string =>
  (schema.shape[name] as z.ZodType | undefined)?.description ?? 'not a setting';

export interface EnvSection {
  readonly title: string;
  readonly schema: z.ZodObject;
}

/** The text of `.env.example`: every variable of the sections once, with its meaning and its default. */
export function renderEnvExample(sections: readonly EnvSection[]): string {
  const seen = new Set<string>();
  const blocks = sections.map(({ title, schema }) => {
    const names = Object.keys(schema.shape).filter((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return [
      `# --- ${title}`,
      ...names.map((name) => `# ${describe(schema, name)}\n#${name}=${defaultOf(schema, name)}`),
    ].join('\n\n');
  });
  return `# Every setting with its default. Generated from the services' schemas: npm run env-example\n\n${blocks.join('\n\n')}\n`;
}

function defaultOf(schema: z.ZodObject, name: string): string {
  const value: unknown = (schema.shape[name] as z.ZodType | undefined)?.safeParse(undefined).data;
  return Array.isArray(value)
    ? value.join(',')
    : typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : '';
}
