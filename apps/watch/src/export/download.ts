import { createWriteStream } from 'node:fs';
import { access, link, rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface SaveRowsOptions {
  readonly address: URL;
  readonly token: string | undefined;
  /** Undefined: standard output. */
  readonly output: string | undefined;
  /** Whether a file of this name is replaced. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly printStatus: (line: string) => void;
}

/** Interval of the lines about the progress, in ms. */
const statusEveryMs = 5_000;

/**
 * Writes the answer to a file, which only its owner may read, or to standard output.
 * @returns its bytes
 * @throws {Error} if it is incomplete: then there is no file
 */
export async function download({ output, force, printStatus, ...request }: SaveRowsOptions): Promise<number> {
  if (output !== undefined && !force && (await exists(output))) throw fileExists(output);
  const body = await open(request);
  const { signal } = request;
  let bytes = 0;
  const count = new Transform({
    transform: (chunk: Buffer, _, done) => {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const timer = setInterval(() => printStatus(`${megabytes(bytes)} …`), statusEveryMs);
  try {
    if (output === undefined) await pipeline(body, count, process.stdout, { end: false, signal });
    else
      await writeFile(output, force, (part) =>
        pipeline(body, count, createWriteStream(part, { flags: 'wx', mode: 0o600 }), { signal }),
      );
    return bytes;
  } catch (error) {
    if (signal.aborted || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new Error(
      `The gateway ended the export after ${megabytes(bytes)}, before it was complete. Start it again; its log says why.`,
      { cause: error },
    );
  } finally {
    clearInterval(timer);
  }
}

/** @throws {Error} if the gateway cannot be reached, or refuses the request */
async function open({
  address,
  token,
  signal,
}: Pick<SaveRowsOptions, 'address' | 'token' | 'signal'>): Promise<Readable> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(address, { headers, signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error(`The gateway cannot be reached at ${address.origin}: start it, or set --url.`, {
      cause: (error as Error).cause,
    });
  });
  if (response.ok && response.body) return Readable.fromWeb(response.body);
  const { detail } = (await response.json().catch(() => ({}))) as { readonly detail?: unknown };
  const hint = response.status === 401 ? ' Set CALLSTREAM_TOKEN; `npm run token` makes one to try.' : '';
  throw new Error(
    `The gateway answered ${response.status}: ${typeof detail === 'string' ? detail : response.statusText}${hint}`,
  );
}

/** The file appears under its name once it is complete. */
async function writeFile(file: string, force: boolean, write: (part: string) => Promise<void>): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await write(part);
    if (force) await rename(part, file);
    else await link(part, file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? fileExists(file) : error;
  } finally {
    await rm(part, { force: true });
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const fileExists = (file: string): Error => new Error(`${file} exists: name another file, or replace it with --force.`);

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
