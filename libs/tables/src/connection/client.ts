import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { parse } from 'pg-connection-string';
import { connectionHint } from './error-hints.ts';

/** URL parameters about TLS. */
const tlsParameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat'];

export interface ServerAddress {
  readonly connectionString: string;
  readonly ssl?: boolean | ConnectionOptions;
}

/**
 * Connection options of the server at `url`. `sslmode`, `sslrootcert`, `sslcert` and `sslkey` mean what they mean in libpq:
 * `require` only encrypts, `verify-ca` accepts any host of that authority, `verify-full` also checks the host name. (pg 8
 * itself treats the first two as the last.)
 * @throws {Error} if a file that the URL names cannot be read
 */
export function serverAddress(url: string): ServerAddress {
  const address = new URL(url);
  if (!tlsParameters.some((name) => address.searchParams.has(name))) return { connectionString: url };
  address.searchParams.delete('uselibpqcompat');
  const { host, ssl } = parse(address.href, { useLibpqCompat: true });
  for (const name of tlsParameters) address.searchParams.delete(name);
  return { connectionString: address.href, ssl: checkingHost(ssl as boolean | ConnectionOptions, host ?? '') };
}

/** If the host is an IP address, pg would make Node compare the certificate with "localhost". */
const checkingHost = (ssl: boolean | ConnectionOptions, host: string): boolean | ConnectionOptions =>
  typeof ssl === 'boolean' || ssl.checkServerIdentity !== undefined || isIP(host) === 0
    ? ssl
    : { ...ssl, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) };

type ConnectCallback = (error: Error | null, client?: pg.Client) => void;

/** A pg client whose connection errors include a remedy. */
export class TablesClient extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
    if (!callback) return super.connect().catch((error: unknown) => Promise.reject(this.#withHint(error as Error)));
    super.connect((error: Error | null, client?: pg.Client) => callback(error && this.#withHint(error), client));
    return undefined;
  }

  #withHint(error: Error): Error {
    const hint = connectionHint(error, { isTls: this.ssl });
    if (hint !== undefined) error.message = `${error.message.trim()}. ${hint}`;
    return error;
  }
}
