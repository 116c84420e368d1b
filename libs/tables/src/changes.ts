import pg from 'pg';
import { liveSchema } from './connect.ts';

export interface Watching {
  /** `postgres://…` */
  readonly url: string;
  /** Called after the projection moved; also once after the connection was lost and came back. */
  readonly onChange: () => void;
  /** Called when the connection was lost or could not be made. */
  readonly onLost?: (error: unknown) => void;
  /** A notification may be lost, so the positions are looked at this often, in ms. */
  readonly pollMs?: number;
}

const reconnectDelayMs = 500;

/** Tells whenever the projection has moved, until disposed. Needs a connection of its own, and makes it again when it breaks. */
export function watchProjection({
  url,
  onChange,
  onLost = () => undefined,
  pollMs = 1_000,
}: Watching): AsyncDisposable {
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await watchOnce({ url, onChange, pollMs }, stopping.signal).catch(onLost);
      await pause(reconnectDelayMs, stopping.signal);
    }
  };
  const done = watch();
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await done;
    },
  };
}

/** Resolves when stopped; rejects when the connection is lost. */
async function watchOnce(
  { url, onChange, pollMs }: Required<Omit<Watching, 'onLost'>>,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'callstream-watch',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    keepAlive: true,
  });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  client.on('error', reject).on('end', () => reject(new Error('The connection ended.')));
  try {
    await client.connect();
    client.on('notification', onChange);
    await client.query('listen callstream_projected');
    onChange();
    let seen = await progress(client);
    while (!signal.aborted) {
      await Promise.race([pause(pollMs, signal), lost]);
      const now = await progress(client);
      if (now !== seen) onChange();
      seen = now;
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Changes with every commit of the projector, and when the projection is another one. One statement: no lock is kept. */
async function progress(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ progress: string }>(
    `select concat(sum(next_offset), ' ', min(projection_version), ' ', '${liveSchema}.positions'::regclass::oid) as progress from ${liveSchema}.positions`,
  );
  return rows[0]?.progress ?? '';
}

/** Resolves after `ms`, or at once when stopped. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
