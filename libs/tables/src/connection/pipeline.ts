import type { Duplex } from 'node:stream';
import type { ClientBase, Connection, Submittable } from 'pg';

/** A statement, prepared under its name if it has one; or COPY FROM STDIN with what it reads. */
export type Statement = Prepared | { readonly copy: string; readonly bytes: Buffer };
interface Prepared {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly (string | Buffer)[];
}

export interface StatementResult {
  /** Rows that it wrote or found. */
  readonly count: number;
  /** Rows that it returned, as text. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What pg's own types do not tell of a connection, or otherwise than it is. */
interface PipelineConnection extends Omit<Connection, 'parse' | 'bind' | 'execute' | 'close'> {
  readonly stream: Duplex;
  readonly parse: (of: { name: string; text: string }) => void;
  readonly bind: (of: { statement: string; values: readonly (string | Buffer)[] }) => void;
  readonly execute: (of: object) => void;
  readonly close: (of: { type: 'S'; name: string }) => void;
}

/** Names of the statements that a connection has prepared. */
const preparedOf = new WeakMap<ClientBase, Set<string>>();

/**
 * Sends all statements at once, so that Postgres does one after the other without waiting for us in between. What follows
 * one that fails is not done.
 * @returns the answer to each
 * @throws {DatabaseError} of the first that fails
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export async function sendPipelined(client: ClientBase, statements: readonly Statement[]): Promise<StatementResult[]> {
  const prepared = preparedOf.get(client) ?? new Set();
  preparedOf.set(client, prepared);
  const { promise, resolve, reject } = Promise.withResolvers<StatementResult[]>();
  client.query(new Pipeline(statements, prepared, resolve, reject));
  const answers = await promise;
  for (const statement of statements) if ('text' in statement && statement.name) prepared.add(statement.name);
  return answers;
}

/** A query as pg's client drives it. */
class Pipeline implements Submittable {
  readonly #statements: readonly Statement[];
  readonly #prepared: ReadonlySet<string>;
  readonly #resolve: (answers: StatementResult[]) => void;
  readonly #reject: (error: Error) => void;
  readonly #answers: StatementResult[] = [];
  #rows: (string | null)[][] = [];

  constructor(
    statements: readonly Statement[],
    prepared: ReadonlySet<string>,
    resolve: (answers: StatementResult[]) => void,
    reject: (error: Error) => void,
  ) {
    this.#statements = statements;
    this.#prepared = prepared;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** pg puts its own in this place, to know whether an answer came within `query_timeout`. */
  callback(): void {
    return;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as PipelineConnection;
    wire.stream.cork();
    for (const statement of this.#statements) {
      sendPrepared(wire, 'copy' in statement ? { text: statement.copy } : statement, this.#prepared);
      if ('copy' in statement) sendCopyData(wire, statement.bytes);
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleDataRow({ fields }: { readonly fields: (string | null)[] }): void {
    this.#rows.push(fields);
  }

  /** `text` is its tag: `INSERT 0 12`, `UPDATE 3`, `BEGIN`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#answers.push({ count: Number(/\d+$/.exec(text)?.[0] ?? 0), rows: this.#rows });
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.callback();
    this.#resolve(this.#answers);
  }

  handleError(error: Error): void {
    this.callback();
    this.#reject(error);
  }

  /** What it reads is on its way already. */
  handleCopyInResponse(): void {
    return;
  }
}

function sendPrepared(
  wire: PipelineConnection,
  { name = '', text, values = [] }: Prepared,
  prepared: ReadonlySet<string>,
): void {
  if (!prepared.has(name)) {
    // It may have been prepared by an attempt that failed later; closing what is not there is no error.
    if (name !== '') wire.close({ type: 'S', name });
    wire.parse({ name, text });
  }
  wire.bind({ statement: name, values });
  wire.execute({});
}

const copyData = 0x64;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

function sendCopyData(wire: PipelineConnection, bytes: Buffer): void {
  const head = Buffer.alloc(5, copyData);
  head.writeUInt32BE(4 + bytes.length, 1);
  wire.stream.write(head);
  wire.stream.write(bytes);
  wire.stream.write(copyDone);
}
