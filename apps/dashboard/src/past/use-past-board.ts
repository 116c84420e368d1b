import { useEffect, useMemo, useRef, useState } from 'react';
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

/** The board of a past moment; see {@link useLatestBoards}. */
export function usePastBoard(wanted: WantedBoard): PastBoardState {
  const { boards, problem } = useLatestBoards([pathOf(wanted)]);
  return { board: boards?.[0] ?? null, problem };
}

export interface BothBoardsState {
  /** Of one moment, with all calls; null: none yet. */
  readonly boards: Readonly<Record<WantedBoard['known'], PastBoard>> | null;
  readonly problem: string | null;
}

/** What was known of a moment then, and what is known now. `at`: ms since 1970. */
export function useBothBoards(at: number): BothBoardsState {
  const { boards, problem } = useLatestBoards([
    pathOf({ at, known: 'then', finished: true }),
    pathOf({ at, known: 'now', finished: true }),
  ]);
  return useMemo(() => {
    const [then, now] = boards ?? [];
    return { boards: then && now ? { then, now } : null, problem };
  }, [boards, problem]);
}

interface LatestBoards {
  readonly boards: readonly PastBoard[] | null;
  readonly problem: string | null;
}

/**
 * Reads boards of past moments together, one time after another: while they are on their way, a slider may pass hundreds of
 * moments, of which only the latest is read. After a transient error the last boards stay, and the latest moment is
 * read again. A moment that the gateway refuses has none: those of another moment must not stand under its time.
 */
function useLatestBoards(paths: readonly ApiPath[]): LatestBoards {
  const { gateway } = useAppContext();
  const [state, setState] = useState<LatestBoards>({ boards: null, problem: null });
  const key = paths.join(' ');
  const wanted = useRef(key);
  const isReading = useRef(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => {
    abort.current = new AbortController();
    return () => abort.current?.abort();
  }, []);
  useEffect(() => {
    wanted.current = key;
    if (isReading.current) return;
    const readWanted = async (): Promise<void> => {
      const { signal = AbortSignal.abort() } = abort.current ?? {};
      const isEnded = (): boolean => signal.aborted;
      let read: string | null = null;
      let failures = 0;
      while (wanted.current !== read && !isEnded()) {
        read = wanted.current;
        try {
          const requests = read.split(' ').map((path) => gateway.fetchJson(path as ApiPath, signal));
          const boards = (await Promise.all(requests)) as PastBoard[];
          failures = 0;
          setState({ boards, problem: null });
        } catch (error) {
          if (isEnded()) return;
          const [problem, stays] = [(error as Error).message, isTransient(error)];
          setState(({ boards }) => ({ boards: stays ? boards : null, problem }));
          if (!stays) continue;
          failures++;
          read = null;
          await sleep(backoffMs(failures, backoff), signal);
        }
      }
    };
    isReading.current = true;
    void readWanted().finally(() => (isReading.current = false));
  }, [gateway, key]);
  return state;
}
