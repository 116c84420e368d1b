import { useEffect, useRef, useState } from 'react';
import type { PastBoard } from '@callstream/contracts';
import { useAppContext } from '../context.tsx';
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

/**
 * Reads the board of a past moment, one request at a time: while one is on its way, a slider may pass hundreds of moments, of
 * which only the latest is read. After an error the last board stays.
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
      while (wanted.current !== read && !isEnded()) {
        read = wanted.current;
        try {
          const board = (await gateway.fetchJson(read, signal)) as PastBoard;
          setState({ board, problem: null });
        } catch (error) {
          if (!isEnded()) setState(({ board }) => ({ board, problem: (error as Error).message }));
        }
      }
    };
    isReading.current = true;
    void readWanted().finally(() => (isReading.current = false));
  }, [gateway, at, known, finished]);
  return state;
}
