import { useEffect, useRef, useState } from 'react';
import type { PastBoard } from '@callstream/contracts';
import { backoffMs, sleep } from '@callstream/resilience';
import type { Backoff } from '@callstream/resilience';
import { useAppContext } from '../context.tsx';
import { GatewayError } from '../gateway.ts';
import type { ApiPath } from '../gateway.ts';

export interface WantedBoard {
  /** ms since 1970. */
  readonly at: number;
  readonly known: 'now' | 'then';
  /** Whether calls that had ended are wanted: they are most of the answer. */
  readonly finished: boolean;
}

export interface PastBoardState {
  /** The last one; null: none yet. */
  readonly board: PastBoard | null;
  /** Why the last request failed; null if it did not. */
  readonly problem: string | null;
}

const pathOf = ({ at, known, finished }: WantedBoard): ApiPath =>
  `api/board?${new URLSearchParams({ at: new Date(at).toISOString(), known, finished: String(finished) }).toString()}`;

/** Pauses after transient errors. */
const backoff: Backoff = { firstMs: 1_000, maxMs: 15_000, jitter: 0.5 };

/** Whether a retry can succeed: the gateway is busy or away, and does not refuse this moment. */
const isTransient = (error: unknown): boolean =>
  !(error instanceof GatewayError) || error.status === 429 || error.status >= 500;

/**
 * Reads the board of a past moment, one request at a time: while one is on its way, a slider may pass hundreds of moments, of
 * which only the latest is read. After an error the last board stays; after a transient one the latest moment is read again.
 */
export function usePastBoard({ at, known, finished }: WantedBoard): PastBoardState {
  const { gateway } = useAppContext();
  const [state, setState] = useState<PastBoardState>({ board: null, problem: null });
  const wanted = useRef(pathOf({ at, known, finished }));
  const isReading = useRef(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => {
    abort.current = new AbortController();
    return () => abort.current?.abort();
  }, []);
  useEffect(() => {
    wanted.current = pathOf({ at, known, finished });
    if (isReading.current) return;
    const readWanted = async (): Promise<void> => {
      const { signal = AbortSignal.abort() } = abort.current ?? {};
      const isEnded = (): boolean => signal.aborted;
      let read: ApiPath | null = null;
      let failures = 0;
      while (wanted.current !== read && !isEnded()) {
        read = wanted.current;
        try {
          const board = (await gateway.fetchJson(read, signal)) as PastBoard;
          failures = 0;
          setState({ board, problem: null });
        } catch (error) {
          if (isEnded()) return;
          setState(({ board }) => ({ board, problem: (error as Error).message }));
          if (!isTransient(error)) continue;
          failures++;
          read = null;
          await sleep(backoffMs(failures, backoff), signal);
        }
      }
    };
    isReading.current = true;
    void readWanted().finally(() => (isReading.current = false));
  }, [gateway, at, known, finished]);
  return state;
}
