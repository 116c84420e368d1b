import { randomUUID } from 'node:crypto';
import type { DialplanJudge } from '@callstream/domain';
import { certificateProblem } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import type { Spool } from '@callstream/spool';
import { openAmi } from './ami/connection.ts';
import type { AmiOptions } from './ami/connection.ts';
import { keepAlive } from './ami/keep-alive.ts';
import { isAllowed } from './buffer/allowed-events.ts';
import { createRecorder } from './buffer/recorder.ts';
import { createOpenState } from './gap/open-state.ts';
import { reconcile } from './gap/reconcile.ts';
import type { StateStore } from './gap/state-store.ts';
import type { AsteriskMetrics } from './metrics.ts';
import type { ConnectionStatus } from './status.ts';

export interface PbxSessionOptions {
  readonly address: Omit<AmiOptions, 'onEvents' | 'onExcess' | 'signal'>;
  readonly judge: DialplanJudge;
  readonly spool: Pick<Spool, 'add' | 'isFull'>;
  readonly store: StateStore;
  readonly status: ConnectionStatus;
  readonly metrics: AsteriskMetrics;
  readonly log: Log;
}

/**
 * One connection to the PBX, until it ends or `signal` is aborted. A full buffer ends it too: what the PBX says meanwhile is a gap,
 * which the next session closes. @throws {Error} why it ended
 */
export async function runSession(options: PbxSessionOptions, signal: AbortSignal, onWorks: () => void): Promise<void> {
  const { address, judge, spool, store, status, metrics, log } = options;
  // Not after a failure of the disk: only another write shows that it works again.
  if (spool.isFull()) throw new Error('The spool is full. The connector waits for room: ASTERISK_BUFFER_MAX_BYTES.');
  let count = 0;
  const counter = { connection: randomUUID(), next: () => ++count };
  const state = createOpenState(store.load());
  const recorder = createRecorder({ state, store, spool, judge, counter, metrics, log });
  using ami = await openAmi({
    host: address.host,
    port: address.port,
    tls: address.tls,
    ca: address.ca,
    user: address.user,
    secret: address.secret,
    signal,
    onEvents: (events) => recorder.record(events.filter(isAllowed)),
    onExcess: () => metrics.excess.inc(),
  });
  metrics.connections.inc();
  const closeGap = async (allMembers: boolean): Promise<void> => {
    const { posted, hasCalls } = await reconcile({ ami, state, recorder, allMembers });
    metrics.inferred.inc(posted);
    log.info({ events: posted }, 'asterisk.reconciled');
    if (!hasCalls) log.error({ remedy: 'write = reporting in manager.conf' }, 'asterisk.reconcile-refused');
  };
  const work = async (): Promise<void> => {
    await closeGap(true);
    onWorks();
    status.setPbxProblem(null);
    log.info({ banner: ami.banner }, 'asterisk.connected');
    await keepAlive(ami, { signal, closeGap: () => closeGap(false) });
  };
  const working = work();
  working.catch(() => undefined);
  await Promise.race([working, ami.ended]);
}

/** Why there is no connection to the PBX, with the remedy. */
export function pbxProblemOf(error: unknown, { host, port }: Pick<AmiOptions, 'host' | 'port'>): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const certificate = certificateProblem(code ?? '', {
    server: 'PBX',
    trustAuthority: 'set ASTERISK_TLS_CA.',
    useItsNames: 'The certificate of the PBX is for another name: set ASTERISK_HOST to a name in it.',
  });
  if (certificate !== undefined) return certificate;
  return code === 'ECONNREFUSED'
    ? `Nothing listens at ${host}:${port}: "enabled = yes" and "bindaddr" in manager.conf.`
    : message;
}
