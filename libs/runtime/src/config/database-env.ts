import { z } from 'zod';
import { secretEnv } from './env.ts';
import { readValueFile } from './value-file.ts';

const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'];
const sslFiles = ['sslrootcert', 'sslcert', 'sslkey'];

/** Where Postgres is, and how it is spoken to: an URL as libpq and its tools take them. */
export const databaseEnv = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { message: 'must begin with postgres://', abort: true })
    .refine((text) => URL.canParse(text), {
      message: 'is no URL. In user and password, write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25',
      abort: true,
    })
    .superRefine(checkTls)
    .default('postgres://postgres@127.0.0.1:5432/callstream')
    .meta({
      description:
        'Postgres that holds the projection: postgres://user@host:port/database. For TLS with ?sslmode=verify-full, and where they are needed sslrootcert, sslcert and sslkey with the names of PEM files',
      secret: true,
      file: true,
    }),
  DATABASE_PASSWORD: secretEnv(
    z.string().min(1, 'must not be empty'),
    'Password of the user in DATABASE_URL, if it is not part of it',
  ),
};

type DatabaseEnv = z.infer<z.ZodObject<typeof databaseEnv>>;

function checkTls(url: string, context: z.RefinementCtx): void {
  const parameters = new URL(url).searchParams;
  const issue = (message: string): void => context.addIssue({ code: 'custom', message });
  const mode = parameters.get('sslmode');
  if (mode !== null && !sslModes.includes(mode))
    issue(`has sslmode=${mode}; one of ${sslModes.join(', ')} is needed (what else there is may end up without TLS)`);
  if (mode === 'verify-ca' && !parameters.has('sslrootcert')) issue('has sslmode=verify-ca, which needs sslrootcert');
  if (parameters.has('sslcert') !== parameters.has('sslkey')) issue('must have both sslcert and sslkey, or neither');
  for (const name of sslFiles) {
    const file = parameters.get(name);
    if (name === 'sslrootcert' && file === 'system')
      issue('has sslrootcert=system: leave it out, sslmode=verify-full trusts public authorities');
    else if (file !== null) checkFile(name, file, issue);
  }
}

function checkFile(name: string, file: string, issue: (message: string) => void): void {
  try {
    readValueFile(file);
  } catch (error) {
    issue(`${name}: ${(error as Error).message}`);
  }
}

/** What must hold between the settings. */
export function checkDatabase(
  { DATABASE_URL: url, DATABASE_PASSWORD: password }: DatabaseEnv,
  context: z.RefinementCtx,
): void {
  if (password !== undefined && new URL(url).password !== '')
    context.addIssue({
      code: 'custom',
      path: ['DATABASE_PASSWORD'],
      message: 'is set, and DATABASE_URL has a password as well. Leave one of the two out',
    });
}

/** The URL of settings that {@link checkDatabase} has found consistent, with the password. */
export function databaseUrl({ DATABASE_URL: url, DATABASE_PASSWORD: password }: DatabaseEnv): string {
  if (password === undefined) return url;
  const whole = new URL(url);
  whole.password = encodeURIComponent(password);
  return whole.href;
}
