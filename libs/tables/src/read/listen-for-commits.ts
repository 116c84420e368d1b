import { runUntilAborted, sleep } from '@callstream/resilience';
import type pg from 'pg';
import { clientConfig, TablesClient } from '../connection/client.ts';
import { liveSchema } from '../connection/schema-names.ts';

export interface CommitListenerOptions {
  /** `postgres://…` */
  readonly url: string;
  /** Called after the live projection changed; also once after a lost connection was restored. */
  readonly onChange: () => void;
  /** Called after each read of the positions that found no change. */
  readonly onUnchanged?: () => void;
  /** Called when the connection was lost or could not be made; not again before it was restored. */
  readonly onLost?: (error: unknown) => void;
  /** Interval of polling the positions, because notifications may be lost, in ms; 1 s if not given. */
  readonly pollMs?: number;
}

export interface CommitListener extends AsyncDisposable {
  /** Rejects with the first programming error, e.g. of `onChange`; then it has ended. */
  readonly failure: Promise<never>;
  /** Whether it is connected and has read the positions. */
  readonly isListening: () => boolean;
}

const backoff = { firstMs: 250, maxMs: 1_000, jitter: 0.5 };

/** Calls `onChange` after each change of the live projection, until disposed. Has its own connection, and reconnects. */
export function listenForCommits({
  url,
  onChange,
  onUnchanged = () => undefined,
  onLost = () => undefined,
  pollMs = 1_000,
}: CommitListenerOptions): CommitListener {
  const stopping = new AbortController();
  const { signal } = stopping;
  let listening = false;
  const listen = (onWorks: () => void): Promise<void> => {
    const onListening = (): void => {
      listening = true;
      onWorks();
    };
    return listenOnce({ url, onChange, onUnchanged, pollMs, onListening }, signal);
  };
  const onFailure = (error: unknown, failures: number): void => {
    listening = false;
    if (failures === 1) onLost(error);
  };
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const done = runUntilAborted(listen, { signal, onFailure, backoff }).catch(reject);
  return {
    failure,
    isListening: () => listening,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await done;
    },
  };
}

type ListenOnceOptions = Required<Omit<CommitListenerOptions, 'onLost'>> & { readonly onListening: () => void };

/** Resolves when stopped; rejects when the connection is lost. */
async function listenOnce(
  { url, onChange, onUnchanged, pollMs, onListening }: ListenOnceOptions,
  signal: AbortSignal,
): Promise<void> {
  const client = new TablesClient(
    clientConfig({
      url,
      applicationName: 'callstream-watch',
      statementTimeoutMs: 5_000,
      // Enforced by the client: if the network drops packets silently, a query would wait for ever.
      queryTimeoutMs: 10_000,
    }),
  );
  const connection: { lost?: Error } = {};
  let wake = new AbortController();
  // With a reason, no error is made for each commit.
  const wakeUp = (): void => wake.abort('woken up');
  const fail = (error: Error): void => {
    connection.lost ??= error;
    wakeUp();
  };
  client.on('error', fail).on('end', () => fail(new Error('The connection ended.')));
  client.on('notification', wakeUp);
  try {
    await client.connect();
    await client.query('listen callstream_projected');
    let previous: string | undefined;
    while (!signal.aborted) {
      if (connection.lost) throw connection.lost;
      // Before the positions are read, so that a commit during the read wakes us again.
      wake = new AbortController();
      const progress = await readProgress(client);
      // A notification and the next poll report the same change once.
      if (progress === previous) onUnchanged();
      else onChange();
      previous = progress;
      onListening();
      await sleep(pollMs, signal, wake.signal);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Text that changes with every commit of a projector, and with every swap. A single statement, so no lock is kept. */
async function readProgress(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ progress: string }>(
    `select concat(sum(next_offset), ' ', min(projection_version), ' ', '${liveSchema}.positions'::regclass::oid) as progress from ${liveSchema}.positions`,
  );
  return rows[0]?.progress ?? '';
}
