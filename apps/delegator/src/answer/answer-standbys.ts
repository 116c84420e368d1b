import { randomUUID } from 'node:crypto';
import type { DelegationRule } from '@callstream/domain';
import { claimDelegations, withConnection } from '@callstream/tables';
import type { DelegationClaim, Queryable, Tables } from '@callstream/tables';
import type { CountryCode } from 'libphonenumber-js';
import type { DelegatorMetrics } from '../metrics.ts';
import type { Reporter } from '../report/reporter.ts';
import { retryTransient } from '../retry-transient.ts';
import { decideAll } from '../standbys/decide-all.ts';
import type { Standby } from '../standbys/standby.ts';
import type { DelegatorStatus } from '../status.ts';
import type { AnswerSender } from './sender.ts';

export interface AnswerStandbysOptions {
  readonly db: Tables;
  readonly rules: () => readonly DelegationRule[];
  readonly region: CountryCode;
  readonly timeZone: string;
  readonly deadlineMs: number;
  readonly sender: Pick<AnswerSender, 'send'>;
  readonly reporter: Pick<Reporter, 'publish'>;
  readonly status: Pick<DelegatorStatus, 'set'>;
  readonly metrics: Pick<DelegatorMetrics, 'standbys'>;
  /** Ends the retries. */
  readonly signal: AbortSignal;
}

/** A standby that is older was received while no delegator ran, or is an import: it is neither answered nor reported. In ms. */
const oldAfterMs = 3_600_000;

/** What came of a batch: claims, and the destinations of those that are ours, by call id. */
interface ClaimedBatch {
  readonly claims: readonly DelegationClaim[];
  readonly claimed: ReadonlyMap<string, string | null>;
}

/**
 * Answers standbys: decides, claims the calls, and has the claimed ones sent. Resolves once they are claimed, so that the log may
 * go on; without Postgres it waits, because nothing is sent that is not claimed.
 */
export function createAnswerStandbys(options: AnswerStandbysOptions): (standbys: readonly Standby[]) => Promise<void> {
  const { db, sender, reporter, status, metrics, signal } = options;
  return async (read) => {
    const standbys = receivedByNow(read, status);
    const current = standbys.filter(({ receivedAt }) => receivedAt > Date.now() - oldAfterMs);
    metrics.standbys.inc({ handling: 'old' }, standbys.length - current.length);
    if (current.length === 0) return;
    const attempts = randomUUID();
    // Sent after the retries, not within: of an attempt that hung and goes on in the background, nothing may follow.
    const { claims, claimed } = await retryTransient(
      () => withConnection(db, (connection) => claimBatch(connection, { standbys: current, attempts, options })),
      { signal, onProblem: (problem) => status.set('Postgres', problem) },
    );
    metrics.standbys.inc({ handling: 'unmatched' }, current.length - claims.length);
    metrics.standbys.inc({ handling: 'claimed' }, claimed.size);
    metrics.standbys.inc({ handling: 'repeated' }, claims.length - claimed.size);
    const ours = claims.filter(({ callId }) => claimed.has(callId));
    for (const { callId, receivedAt, deadlineAt, late } of ours) {
      // As it is stored: an earlier attempt may have decided by other rules.
      const destination = claimed.get(callId) ?? null;
      if (late === null && destination !== null) sender.send({ callId, destination, receivedAt, deadlineAt });
    }
    reporter.publish(ours.filter(({ late }) => late !== null).map(({ callId }) => callId));
  };
}

/** The clock of ingest may be so far ahead of ours, in ms. */
const clockAheadMsMax = 1_000;

/** A standby cannot have been received after it was read: with a clock behind that of ingest, its deadline would be too late. */
function receivedByNow(standbys: readonly Standby[], status: Pick<DelegatorStatus, 'set'>): readonly Standby[] {
  const now = Date.now();
  const aheadMs = Math.max(...standbys.map(({ receivedAt }) => receivedAt - now));
  if (standbys.length > 0)
    status.set(
      'clock',
      aheadMs > clockAheadMsMax ? 'The clock is behind that of ingest: answers may be late. Use NTP.' : null,
    );
  return standbys.map((standby) => ({ ...standby, receivedAt: Math.min(standby.receivedAt, now) }));
}

interface ClaimBatchOptions {
  readonly standbys: readonly Standby[];
  /** Identity of all attempts to claim this batch. */
  readonly attempts: string;
  readonly options: AnswerStandbysOptions;
}

async function claimBatch(
  connection: Queryable,
  { standbys, attempts, options }: ClaimBatchOptions,
): Promise<ClaimedBatch> {
  const claims = await decide(standbys, connection, options);
  return { claims, claimed: claims.length === 0 ? new Map() : await claimDelegations(connection, attempts, claims) };
}

/** What to claim: decisions, and what is too late for one. A standby for which no rule holds is left out. */
async function decide(
  standbys: readonly Standby[],
  db: Queryable,
  { rules, region, timeZone, deadlineMs }: AnswerStandbysOptions,
): Promise<readonly DelegationClaim[]> {
  const now = Date.now();
  const isLate = ({ receivedAt }: Standby): boolean => now >= receivedAt + deadlineMs;
  const inTime = standbys.filter((standby) => !isLate(standby));
  const decisions =
    inTime.length === 0 ? new Map<string, never>() : await decideAll(inTime, { db, rules: rules(), region, timeZone });
  return standbys.flatMap((standby): readonly DelegationClaim[] => {
    const { callId, receivedAt, ownAt } = standby;
    const claim = { callId, receivedAt, ownAt, deadlineAt: receivedAt + deadlineMs };
    if (isLate(standby)) {
      const late = { reason: 'It was read, or could be claimed, only after the deadline.', endedAt: now };
      return [{ ...claim, rule: null, destination: null, late }];
    }
    const winner = decisions.get(callId)?.winner ?? null;
    if (winner === null) return [];
    return [{ ...claim, rule: winner.name, destination: winner.destination, late: null }];
  });
}
