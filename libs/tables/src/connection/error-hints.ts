import { certificateProblem } from '@callstream/resilience';

const certificateSettings = {
  server: 'server',
  trustAuthority: 'add sslrootcert=<file with the certificate of its authority> to DATABASE_URL.',
  useItsNames:
    'Use a host name in DATABASE_URL that the certificate contains; sslmode=verify-ca does not check the host name.',
};

/** Remedies for what any statement may meet, by SQLSTATE. */
const serverHints: Readonly<Record<string, string>> = {
  '25006': 'Set DATABASE_URL to the primary server: this one is a standby, or read-only.',
  '53100': 'Make room on the disk of Postgres, or give it a larger one.',
  '53300':
    'Raise max_connections of Postgres, or the pool size of its pooler; each service has a number of connections (docs/guides/own-servers.md).',
  '53400': 'Raise temp_file_limit: alter database … set temp_file_limit = …',
};

const connectionHints: Readonly<Record<string, string>> = {
  '08P01':
    'If a pooler such as PgBouncer is in between: set pool_mode = session, and remove options from DATABASE_URL.',
  '28P01': 'Check user and password in DATABASE_URL, or DATABASE_PASSWORD.',
  '3D000': 'Create the database (create database …), or set DATABASE_URL to an existing one.',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'The server does not trust the client certificate (sslcert in DATABASE_URL).',
};

/** Remedy for a connection that could not be made, by the error's code (SQLSTATE, Node or OpenSSL); undefined if we know none. */
export function connectionHint(error: Error, { isTls }: { readonly isTls: boolean }): string | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === '28000')
    return isTls
      ? 'The server may require a client certificate (sslcert=<file>&sslkey=<file> in DATABASE_URL), or the user does not exist.'
      : 'The server may require TLS (?sslmode=verify-full in DATABASE_URL), or the user does not exist.';
  // An error of pg itself, without a code.
  if (message === 'The server does not support SSL connections')
    return 'Enable TLS on the server (ssl=on), or remove sslmode from DATABASE_URL.';
  return connectionHints[code] ?? serverHints[code] ?? certificateProblem(code, certificateSettings);
}

/** Adds the remedy to the message of `error`, if we know one for its SQLSTATE. */
export function addServerHint(error: unknown): void {
  const hint = serverHints[(error as NodeJS.ErrnoException).code ?? ''];
  if (hint !== undefined && error instanceof Error && !error.message.endsWith(hint))
    error.message = `${error.message}. ${hint}`;
}

const schemaHints: Readonly<Record<string, string>> = {
  '42501':
    'Make the user a member of its role (see libs/tables/src/roles.sql), then grant the missing rights: npm run projector -- migrate',
  '3F000': 'Create the tables: npm run projector -- migrate',
  // Postgres also reports 42P01 for tables in a schema that the user may not use.
  '42P01':
    'Create the tables: npm run projector -- migrate. If they exist, make the user a member of its role (see libs/tables/src/roles.sql)',
};

/** Adds the remedy to the message of `error` if tables or rights are missing; returns the same error. */
export function addSchemaHint(error: Error): Error {
  const hint = schemaHints[(error as NodeJS.ErrnoException).code ?? ''];
  if (hint !== undefined) error.message = `${error.message}. ${hint}`;
  return error;
}
