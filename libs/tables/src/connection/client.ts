import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { parse } from 'pg-connection-string';
import { connectionHint } from './error-hints.ts';
import { sessionSql } from './session.ts';
import type { DatabaseSessionOptions } from './session.ts';
import { trackConnectionLoss } from './transaction.ts';
import { unsupportedServer } from './unsupported-postgres.ts';
import type { ServerFacts } from './unsupported-postgres.ts';

/** URL parameters about TLS. */
const tlsParameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat'];

interface ServerAddress {
  readonly connectionString: string;
  readonly ssl?: boolean | ConnectionOptions;
}

/**
 * Connection options of the server at `url`. `sslmode`, `sslrootcert`, `sslcert` and `sslkey` mean what they mean in libpq:
 * `require` only encrypts, `verify-ca` accepts any host of that authority, `verify-full` also checks the host name. (pg 8
 * itself treats the first two as the last.)
 * @throws {Error} if a file that the URL names cannot be read
 */
function serverAddress(url: string): ServerAddress {
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

/** Timeout of a connection, and of the statement that prepares its session, in ms. */
const connectTimeoutMs = 5_000;

export interface TablesClientOptions extends DatabaseSessionOptions {
  /** `postgres://…` */
  readonly url: string;
  /** The client fails a query whose response takes longer, even if the server or the network hangs; 0 for no limit. */
  readonly queryTimeoutMs?: number;
}

interface TablesClientConfig extends pg.ClientConfig {
  readonly sessionSql: string;
}

/** The options of pg for a {@link TablesClient}, or for a pool of them. @throws as {@link serverAddress} */
export const clientConfig = (options: TablesClientOptions): TablesClientConfig => ({
  ...serverAddress(options.url),
  query_timeout: options.queryTimeoutMs ?? 0,
  connectionTimeoutMillis: connectTimeoutMs,
  keepAlive: true,
  sessionSql: sessionSql(options),
});

type ConnectCallback = (error: Error | null, client?: pg.Client) => void;

/**
 * A pg client whose sessions do not depend on defaults of the database or the user, and whose connection errors include a
 * remedy.
 */
export class TablesClient extends pg.Client {
  readonly #sessionSql: string;

  constructor(config: TablesClientConfig) {
    super(config);
    this.#sessionSql = config.sessionSql;
    trackConnectionLoss(this);
  }

  /** @throws {UnsupportedPostgres} */
  override connect(): Promise<pg.Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
    if (!callback)
      return new Promise((resolve, reject) => this.connect((error) => (error ? reject(error) : resolve(this))));
    super.connect((error: Error | null) => {
      if (error) callback(this.#withHint(error));
      else this.#prepareSession(callback);
    });
    return undefined;
  }

  #prepareSession(callback: ConnectCallback): void {
    const onPrepared = (error: Error | null, results?: pg.QueryResult<ServerFacts>): void => {
      const problem = error ?? unsupportedServer((results as unknown as pg.QueryResult<ServerFacts>[]).at(-1)?.rows[0]);
      if (problem === null) return callback(null, this);
      // Without waiting: a server that hangs does not answer this either.
      this.end(() => undefined);
      callback(this.#withHint(problem));
    };
    this.query({ text: this.#sessionSql, query_timeout: connectTimeoutMs } as pg.QueryConfig, onPrepared);
  }

  #withHint(error: Error): Error {
    const hint = connectionHint(error, { isTls: this.ssl });
    if (hint !== undefined) error.message = `${error.message.trim()}. ${hint}`;
    return error;
  }
}
