import { backoffMs, sleep } from '@callstream/resilience';
import type { DelegationOutcome, DelegationResult } from '@callstream/tables';
import pLimit from 'p-limit';
import type { DelegatorMetrics } from '../metrics.ts';
import type { Provider } from '../providers/provider.ts';
import type { DelegatorStatus } from '../status.ts';

/** A claimed call that is to be answered. Times are in ms since 1970. */
interface ClaimedAnswer {
  readonly callId: string;
  readonly destination: string;
  readonly receivedAt: number;
  readonly deadlineAt: number;
}

export interface AnswerSenderOptions {
  readonly provider: Pick<Provider, 'delegate'>;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly report: (result: DelegationResult) => void;
  readonly status: Pick<DelegatorStatus, 'set'>;
  readonly metrics: Pick<DelegatorMetrics, 'answerSeconds'>;
}

export interface AnswerSender extends AsyncDisposable {
  /** Sends the answer to a claimed call, and reports what became of it. Does not wait for it. */
  readonly send: (answer: ClaimedAnswer) => void;
}

const backoff = { firstMs: 50, maxMs: 500, jitter: 0.5 };

/** Asks the provider, each call once: only an attempt of which nothing was sent is repeated, until the deadline. */
export function createSender(options: AnswerSenderOptions): AnswerSender {
  const { provider, connections, timeoutMs, report, status, metrics } = options;
  const slots = pLimit(connections);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const ask = async ({
    callId,
    destination,
    receivedAt,
    deadlineAt,
  }: ClaimedAnswer): Promise<Omit<DelegationResult, 'callId' | 'endedAt'>> => {
    let reason = 'The deadline was over before a connection was free.';
    for (let failures = 0; ;) {
      const leftMs = deadlineAt - Date.now();
      if (leftMs <= 0) return { outcome: failures === 0 ? 'late' : 'failed', reason };
      if (stopping.signal.aborted) return { outcome: 'failed', reason: 'The delegator stopped before it asked.' };
      const answer = await provider.delegate({ callId, destination }, Math.min(timeoutMs, leftMs));
      status.set('provider', answer.kind === 'accepted' ? null : answer.reason);
      if (answer.kind === 'accepted') {
        metrics.answerSeconds.observe((Date.now() - receivedAt) / 1_000);
        return { outcome: 'sent', reason: null };
      }
      ({ reason } = answer);
      if (answer.kind !== 'unreachable') return { outcome: outcomeOf[answer.kind], reason };
      failures++;
      await sleep(Math.min(backoffMs(failures, backoff), Math.max(0, deadlineAt - Date.now())), stopping.signal);
    }
  };
  const send = async (answer: ClaimedAnswer): Promise<void> => {
    const result = await slots(() => ask(answer));
    report({ callId: answer.callId, ...result, endedAt: Date.now() });
  };
  return {
    send: (answer) => {
      const sending = send(answer).finally(() => running.delete(sending));
      running.add(sending);
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

const outcomeOf = { refused: 'failed', unknown: 'unknown' } as const satisfies Record<
  'refused' | 'unknown',
  DelegationOutcome
>;
