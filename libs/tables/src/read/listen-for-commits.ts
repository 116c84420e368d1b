import type pg from 'pg';
import { liveSchema } from '../projection/schemas.ts';
import { serverAddress, TablesClient } from '../connection/client.ts';

export interface CommitListenerOptions {
  /** `postgres://…` */
  readonly url: string;
  /** Called after the projection moved; also once after the connection was lost and came back. */
  readonly onChange: () => void;
  /** Called when the connection was lost or could not be made. */
  readonly onLost?: (error: unknown) => void;
  /** A notification may be lost, so the positions are looked at this often, in ms. */
  readonly pollMs?: number;
}

export interface CommitListener extends AsyncDisposable {
  /** Whether it is connected and has read the positions. */
  readonly isWatching: () => boolean;
}

/** Wait before the first attempt to connect again, in ms; doubled after each that fails. */
const reconnectMsMin = 250;
const reconnectMsMax = 5_000;

/** Tells whenever the projection has moved, until disposed. Needs a connection of its own, and makes it again when it breaks. */
export function listenForCommits({
  url,
  onChange,
  onLost = () => undefined,
  pollMs = 1_000,
}: CommitListenerOptions): CommitListener {
  const stopping = new AbortController();
  let watching = false;
  let reconnectMs = reconnectMsMin;
  const onWatching = (): void => {
    watching = true;
    reconnectMs = reconnectMsMin;
  };
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await listenOnce({ url, onChange, pollMs, onWatching }, stopping.signal).catch(onLost);
      watching = false;
      await pause(reconnectMs, stopping.signal);
      reconnectMs = Math.min(reconnectMs * 2, reconnectMsMax);
    }
  };
  const done = watch();
  return {
    isWatching: () => watching,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await done;
    },
  };
}

type ListenOnceOptions = Required<Omit<CommitListenerOptions, 'onLost'>> & { readonly onWatching: () => void };

/** Resolves when stopped; rejects when the connection is lost. */
async function listenOnce(
  { url, onChange, pollMs, onWatching }: ListenOnceOptions,
  signal: AbortSignal,
): Promise<void> {
  const client = new TablesClient({
    ...serverAddress(url),
    application_name: 'callstream-watch',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    // Of the client itself: a network that is cut without a word would leave a query waiting for ever.
    query_timeout: 10_000,
    keepAlive: true,
  });
  const connection: { lost?: Error } = {};
  let wake = new AbortController();
  const wakeUp = (): void => wake.abort();
  const fail = (error: Error): void => {
    connection.lost ??= error;
    wakeUp();
  };
  client.on('error', fail).on('end', () => fail(new Error('The connection ended.')));
  client.on('notification', wakeUp);
  try {
    await client.connect();
    await client.query('listen callstream_projected');
    let seen: string | undefined;
    while (!signal.aborted) {
      if (connection.lost) throw connection.lost;
      // Before the positions are read: what is committed during that wakes us again.
      wake = new AbortController();
      const now = await readProgress(client);
      // A notification and the look after it tell of a change once.
      if (now !== seen) onChange();
      seen = now;
      onWatching();
      await pause(pollMs, signal, wake.signal);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Changes with every commit of the projector, and when the projection is another one. One statement: no lock is kept. */
async function readProgress(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ progress: string }>(
    `select concat(sum(next_offset), ' ', min(projection_version), ' ', '${liveSchema}.positions'::regclass::oid) as progress from ${liveSchema}.positions`,
  );
  return rows[0]?.progress ?? '';
}

/** Resolves after `ms`, or as soon as one of the signals is aborted. */
function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) signal.addEventListener('abort', done);
    if (signals.some(({ aborted }) => aborted)) done();
  });
}
