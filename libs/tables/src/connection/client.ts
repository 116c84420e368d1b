import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { parse } from 'pg-connection-string';
import { connectionHint } from './error-hints.ts';

/** Parameters of an URL that are about TLS. */
const tlsParameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat'];

export interface ServerAddress {
  readonly connectionString: string;
  readonly ssl?: boolean | ConnectionOptions;
}

/**
 * The server at `url`. What `sslmode`, `sslrootcert`, `sslcert` and `sslkey` mean is libpq's: `require` only encrypts,
 * `verify-ca` trusts any host of that authority, `verify-full` is what is safe. (pg 8 takes the first two for the last.)
 * @throws {Error} if a file that it names cannot be read
 */
export function serverAddress(url: string): ServerAddress {
  const place = new URL(url);
  if (!tlsParameters.some((name) => place.searchParams.has(name))) return { connectionString: url };
  place.searchParams.delete('uselibpqcompat');
  const { host, ssl } = parse(place.href, { useLibpqCompat: true });
  for (const name of tlsParameters) place.searchParams.delete(name);
  return { connectionString: place.href, ssl: checkingHost(ssl as boolean | ConnectionOptions, host ?? '') };
}

/** Of a server that is named by its address, pg has Node compare the certificate with "localhost". */
const checkingHost = (ssl: boolean | ConnectionOptions, host: string): boolean | ConnectionOptions =>
  typeof ssl === 'boolean' || ssl.checkServerIdentity !== undefined || isIP(host) === 0
    ? ssl
    : { ...ssl, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) };

type ConnectCallback = (error: Error | null, client?: pg.Client) => void;

/** A connection that says what mends it, if it cannot be made. */
export class TablesClient extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
    if (!callback) return super.connect().catch((error: unknown) => Promise.reject(this.#explained(error as Error)));
    super.connect((error: Error | null, client?: pg.Client) => callback(error && this.#explained(error), client));
    return undefined;
  }

  #explained(error: Error): Error {
    const remedy = connectionHint(error, { isTls: this.ssl });
    if (remedy !== undefined) error.message = `${error.message.trim()}. ${remedy}`;
    return error;
  }
}
