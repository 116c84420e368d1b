import { join } from 'node:path';
import { createDialplanJudge } from '@callstream/domain';
import { runUntilAborted } from '@callstream/resilience';
import { startAdmin, stopSignal } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { createSpoolMetrics, openSpool, recordsIn } from '@callstream/spool';
import { lanes } from './buffer/event-record.ts';
import { addressOf, dialplanOf, ingestOf } from './config.ts';
import type { AsteriskConfig } from './config.ts';
import { openStateStore } from './gap/state-store.ts';
import { createMetrics } from './metrics.ts';
import { startPostingBuffer } from './post/post-buffer.ts';
import { createPoster } from './post/poster.ts';
import { markLiveSince } from './queue-log/folder.ts';
import { pbxProblemOf, runSession } from './session.ts';
import type { PbxSessionOptions } from './session.ts';
import { createStatus, readinessOf } from './status.ts';

const bufferNames = {
  bytesMaxSetting: 'ASTERISK_BUFFER_MAX_BYTES',
  remedy: '',
  metricsPrefix: 'callstream_asterisk_buffer',
  receiver: 'ingest',
};

const backoff = { firstMs: 250, maxMs: 15_000, jitter: 0.5 };

/** Follows the PBX, and posts its events, until SIGTERM or SIGINT. */
export async function run(config: AsteriskConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const { ASTERISK_NAME: name, ASTERISK_BUFFER_MAX_BYTES: bytesMax } = config;
  const dir = join(config.DATA_DIR, name === undefined ? 'asterisk' : `asterisk-${name}`);
  const status = createStatus();
  const metrics = createMetrics(status);

  // Closed in reverse: hear the PBX no more first, then post no more, and close the buffer last.
  await using spool = await openSpool({ dir, bytesMax, names: bufferNames, log });
  const { drained } = createSpoolMetrics(metrics.registry, { spool, bytesMax, names: bufferNames });
  using store = openStateStore({
    folder: dir,
    onDamaged: (file) => log.error({ file }, 'asterisk.state-damaged'),
  });
  await using poster = createPoster(Object.assign(ingestOf(config), { connections: lanes }));
  await using _posting = startPostingBuffer({ spool, poster, status, metrics, drained, log });
  let isStopping = false;
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.ASTERISK_ADMIN_PORT,
    ready: () => readinessOf(status, { isStopping, waiting: recordsIn(spool) }),
    registry: metrics.registry,
    log,
  });
  await using follower = followPbx({
    address: addressOf(config),
    judge: createDialplanJudge(dialplanOf(config)),
    onConnected: () => markLiveSince(config),
    spool,
    store,
    status,
    metrics,
    log,
  });
  log.info({ admin_port: admin.port, host: config.ASTERISK_HOST, name }, 'asterisk.started');
  const signal = await Promise.race([stopped, spool.failure, follower.failure]).finally(() => (isStopping = true));
  log.info({ signal }, 'asterisk.stopping');
}

interface FollowPbxOptions extends PbxSessionOptions {
  readonly onConnected: () => void;
}

/** Connects to the PBX again and again. `failure` rejects for a bug. */
function followPbx({
  onConnected,
  ...options
}: FollowPbxOptions): AsyncDisposable & { readonly failure: Promise<never> } {
  const { address, status, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const onFailure = (error: unknown, failures: number): void => {
    const reason = pbxProblemOf(error, address);
    status.setPbxProblem(reason);
    // Once per outage, and then seldom: an outage over night must not fill the log.
    if (!signal.aborted && (failures === 1 || failures % 20 === 0))
      log.warn({ reason, failures }, 'asterisk.disconnected');
  };
  const connect = (onWorks: () => void): Promise<void> =>
    runSession(options, signal, () => {
      onConnected();
      onWorks();
    });
  const following = runUntilAborted(connect, { signal, onFailure, backoff });
  const close = async (): Promise<void> => {
    stopping.abort();
    await following.catch(() => undefined);
  };
  return {
    failure: following.then(() => new Promise<never>(() => undefined)),
    [Symbol.asyncDispose]: close,
  };
}
