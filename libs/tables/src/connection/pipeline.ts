import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import type { ClientBase, Connection, Submittable } from 'pg';

/** A statement, prepared once per connection if it has a name; or a COPY FROM STDIN with its input. */
export type Statement = Prepared | { readonly copy: string; readonly bytes: Buffer };
interface Prepared {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly (string | Buffer)[];
}

export interface StatementResult {
  /** Rows written or found. */
  readonly count: number;
  /** Rows returned, each value as text. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The only version whose private parts are known here: the methods of its connection, and those that it calls on a query. */
const pgVersion = '8.23.1';
const require = createRequire(import.meta.url);

/** @throws {Error} if another version is installed: its private parts may differ without an error */
export function assertPgVersion(): void {
  const { version } = require('pg/package.json') as { version: string };
  if (version !== pgVersion)
    throw new Error(
      `pg ${version} is installed, and callstream uses private parts of pg ${pgVersion}. Install that version (npm ci), or try libs/tables/src/connection/pipeline.int.test.ts with the other and change pgVersion in pipeline.ts.`,
    );
}

/** Methods of pg's connection that its type declarations lack, or declare wrongly. */
interface PipelineConnection extends Omit<Connection, 'parse' | 'bind' | 'execute' | 'close'> {
  readonly stream: Duplex;
  readonly parse: (message: { name: string; text: string }) => void;
  readonly bind: (message: { statement: string; values: readonly (string | Buffer)[] }) => void;
  readonly execute: (message: object) => void;
  readonly close: (message: { type: 'S'; name: string }) => void;
}

/** Names of the statements that are prepared on each connection. */
const preparedOf = new WeakMap<ClientBase, Set<string>>();

/**
 * Sends all statements in one pipeline: Postgres executes them one after the other, without a round trip in between. So a
 * batch of the projector takes two round trips, not ten (docs/decisions/0006). After a statement that fails, the rest is skipped.
 * @returns the result of each statement
 * @throws {DatabaseError} of the first statement that fails
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export async function sendPipelined(client: ClientBase, statements: readonly Statement[]): Promise<StatementResult[]> {
  const prepared = preparedOf.get(client) ?? new Set();
  preparedOf.set(client, prepared);
  const response = Promise.withResolvers<StatementResult[]>();
  client.query(new Pipeline(statements, prepared, response));
  const results = await response.promise;
  for (const statement of statements) if ('text' in statement && statement.name) prepared.add(statement.name);
  return results;
}

/** The pipeline as a query of pg's client, which calls the handlers. */
class Pipeline implements Submittable {
  readonly #statements: readonly Statement[];
  readonly #prepared: ReadonlySet<string>;
  readonly #resolve: (results: StatementResult[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #results: StatementResult[] = [];
  #rows: (string | null)[][] = [];

  constructor(
    statements: readonly Statement[],
    prepared: ReadonlySet<string>,
    { resolve, reject }: PromiseWithResolvers<StatementResult[]>,
  ) {
    this.#statements = statements;
    this.#prepared = prepared;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** pg replaces it, to know whether the response came within `query_timeout`. */
  callback(): void {
    return;
  }

  submit(pgConnection: Connection): void {
    const connection = pgConnection as unknown as PipelineConnection;
    connection.stream.cork();
    for (const statement of this.#statements) {
      sendPrepared(connection, 'copy' in statement ? { text: statement.copy } : statement, this.#prepared);
      if ('copy' in statement) sendCopyData(connection, statement.bytes);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleDataRow({ fields }: { readonly fields: (string | null)[] }): void {
    this.#rows.push(fields);
  }

  /** `text` is the command tag: `INSERT 0 12`, `UPDATE 3`, `BEGIN`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#results.push({ count: Number(/\d+$/.exec(text)?.[0] ?? 0), rows: this.#rows });
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.callback();
    this.#resolve(this.#results);
  }

  handleError(error: Error): void {
    this.callback();
    this.#reject(error);
  }

  /** The input was sent with the statement. */
  handleCopyInResponse(): void {
    return;
  }
}

function sendPrepared(
  connection: PipelineConnection,
  { name = '', text, values = [] }: Prepared,
  prepared: ReadonlySet<string>,
): void {
  if (!prepared.has(name)) {
    // A pipeline that failed later may have prepared it; closing a statement that does not exist is no error.
    if (name !== '') connection.close({ type: 'S', name });
    connection.parse({ name, text });
  }
  connection.bind({ statement: name, values });
  connection.execute({});
}

const copyData = 0x64;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

function sendCopyData(connection: PipelineConnection, bytes: Buffer): void {
  const header = Buffer.alloc(5, copyData);
  header.writeUInt32BE(4 + bytes.length, 1);
  connection.stream.write(header);
  connection.stream.write(bytes);
  connection.stream.write(copyDone);
}
