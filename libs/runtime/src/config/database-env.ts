import { z } from 'zod';
import { secretEnv } from './env.ts';
import { readValueFile } from './value-file.ts';

const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'];
const sslFiles = ['sslrootcert', 'sslcert', 'sslkey'];

/** Connection to Postgres: a URL as libpq and its tools take it. */
export const databaseEnv = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { message: 'must begin with postgres://', abort: true })
    .refine((text) => URL.canParse(text), {
      message: 'is not a valid URL. In user and password, write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25',
      abort: true,
    })
    .superRefine(checkTls)
    .default('postgres://postgres@127.0.0.1:5432/callstream')
    .meta({
      description:
        'Postgres that holds the projection: postgres://user@host:port/database. For TLS add ?sslmode=verify-full and, if needed, sslrootcert, sslcert and sslkey with names of PEM files',
      secret: true,
      url: true,
      file: true,
      good: ['postgresql://ana@db.example:5433/calls', 'postgres://ana:a%2Fb@[::1]/x?sslmode=require'],
      bad: [
        'jdbc:postgresql://db/x',
        'db.example:5432',
        'postgres://a:b/c@d/e',
        'postgres://a@b/c?sslmode=prefer',
        'postgres://a@b/c?sslmode=verify-ca',
      ],
    }),
  DATABASE_PASSWORD: secretEnv(
    z.string().min(1, 'must not be empty'),
    'Password of the user in DATABASE_URL, if the URL has none',
  ),
};

type DatabaseEnv = z.infer<z.ZodObject<typeof databaseEnv>>;

function checkTls(url: string, context: z.RefinementCtx): void {
  const parameters = new URL(url).searchParams;
  const issue = (message: string): void => context.addIssue({ code: 'custom', message });
  const mode = parameters.get('sslmode');
  if (mode !== null && !sslModes.includes(mode))
    issue(`has sslmode=${mode}; use one of ${sslModes.join(', ')} (the other modes of libpq may connect without TLS)`);
  if (mode === 'verify-ca' && !parameters.has('sslrootcert')) issue('has sslmode=verify-ca, which needs sslrootcert');
  if (parameters.has('sslcert') !== parameters.has('sslkey')) issue('must have both sslcert and sslkey, or neither');
  for (const name of sslFiles) {
    const file = parameters.get(name);
    if (name === 'sslrootcert' && file === 'system')
      issue('has sslrootcert=system: remove it, sslmode=verify-full trusts public certificate authorities');
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

/** Checks that do not concern one setting alone. */
export function checkDatabase(
  { DATABASE_URL: url, DATABASE_PASSWORD: password }: DatabaseEnv,
  context: z.RefinementCtx,
): void {
  if (password !== undefined && new URL(url).password !== '')
    context.addIssue({
      code: 'custom',
      path: ['DATABASE_PASSWORD'],
      message: 'is set, but DATABASE_URL has a password as well. Remove one of the two',
    });
}

/** The URL with the password. The settings must have passed {@link checkDatabase}. */
export function databaseUrl({ DATABASE_URL: url, DATABASE_PASSWORD: password }: DatabaseEnv): string {
  if (password === undefined) return url;
  const urlWithPassword = new URL(url);
  urlWithPassword.password = encodeURIComponent(password);
  return urlWithPassword.href;
}
