const untrustedCertificate = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

const connectionHints: Readonly<Record<string, string>> = {
  '28P01': 'See user and password in DATABASE_URL, or DATABASE_PASSWORD.',
  '3D000': 'Make the database (create database …), or set DATABASE_URL to one that there is.',
  CERT_HAS_EXPIRED: 'The certificate of the server, or of its authority, has to be renewed.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Name the host in DATABASE_URL as its certificate does; sslmode=verify-ca does not compare names.',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'The server does not trust the certificate of sslcert in DATABASE_URL.',
};

/** What mends a connection that could not be made, by the code of the error: SQLSTATE, of Node, of OpenSSL. */
export function connectionHint(error: Error, { isTls }: { readonly isTls: boolean }): string | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (untrustedCertificate.has(code))
    return 'Its certificate is not of an authority that is trusted: add sslrootcert=<file with the certificate of its authority> to DATABASE_URL.';
  if (code === '28000')
    return isTls
      ? 'Perhaps the server wants a certificate of this user (sslcert=<file>&sslkey=<file> in DATABASE_URL), or does not know the user.'
      : 'Perhaps the server wants TLS (?sslmode=verify-full in DATABASE_URL), or does not know the user.';
  // pg's own, without a code.
  if (message === 'The server does not support SSL connections')
    return 'Turn TLS on there (ssl=on), or leave sslmode out of DATABASE_URL.';
  return connectionHints[code];
}

const schemaHints: Readonly<Record<string, string>> = {
  '42501':
    'Make the user a member of its role (libs/tables/src/roles.sql says which), then grant what is new: npm run projector -- migrate',
  '3F000': 'Make the tables: npm run projector -- migrate',
  // So it also says of a schema that the user may not use.
  '42P01':
    'Make the tables: npm run projector -- migrate. If they are there, make the user a member of its role (libs/tables/src/roles.sql says which)',
};

/** The same error, with what mends it if tables or rights are missing. */
export function addSchemaHint(error: Error): Error {
  const remedy = schemaHints[(error as NodeJS.ErrnoException).code ?? ''];
  if (remedy !== undefined) error.message = `${error.message}. ${remedy}`;
  return error;
}
