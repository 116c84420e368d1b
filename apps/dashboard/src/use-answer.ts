import { useEffect, useState } from 'react';
import { useAppContext, useStatus } from './context.tsx';
import type { ApiPath } from './gateway.ts';

export interface AnswerState<Answer> {
  /** The last one; null: none yet. */
  readonly answer: Answer | null;
  /** Why the last request failed; null if it did not. */
  readonly problem: string | null;
}

interface UseAnswerOptions {
  /** Reads again whenever it changes. */
  readonly day?: string | undefined;
  /** Reads again this often while it is connected, in ms. */
  readonly everyMs?: number;
}

/** Reads a path over HTTP, again when it changes or the connection is back. After an error the last answer stays. */
export function useAnswer<Answer>(path: ApiPath, { day, everyMs }: UseAnswerOptions = {}): AnswerState<Answer> {
  const { gateway } = useAppContext();
  const [state, setState] = useState<AnswerState<Answer>>({ answer: null, problem: null });
  const isLive = useStatus().connection === 'live';
  useEffect(() => {
    // Without a connection the last answer stays, instead of an error that the frame shows already.
    if (!isLive) return;
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const answer = (await gateway.fetchJson(path, abort.signal)) as Answer;
        setState({ answer, problem: null });
      } catch (error) {
        if (!abort.signal.aborted) setState(({ answer }) => ({ answer, problem: (error as Error).message }));
      }
    };
    void read();
    const timer = everyMs === undefined ? undefined : setInterval(() => void read(), everyMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [gateway, path, everyMs, day, isLive]);
  return state;
}
