import { useEffect, useState } from 'react';
import { useAppContext, useStatus } from './context.tsx';
import type { ApiPath } from './gateway.ts';

export interface AnswerState<Answer> {
  /** The last one of the path; null: none yet. */
  readonly answer: Answer | null;
  /** Why the last request of the path failed; null if it did not. */
  readonly problem: string | null;
}

/** An answer of another path, e.g. of another period, must not be shown as that of this one. */
interface StateOfPath<Answer> extends AnswerState<Answer> {
  readonly path: ApiPath;
}

const nothingRead = { answer: null, problem: null };

interface UseAnswerOptions {
  /** Reads again whenever it changes. */
  readonly day?: string | undefined;
  /** Reads again this often while it is connected, in ms. */
  readonly everyMs?: number;
}

/**
 * Reads a path over HTTP, again when it changes or the connection is back. After an error the last answer of the same path
 * stays.
 */
export function useAnswer<Answer>(path: ApiPath, { day, everyMs }: UseAnswerOptions = {}): AnswerState<Answer> {
  const { gateway } = useAppContext();
  const [state, setState] = useState<StateOfPath<Answer>>({ path, ...nothingRead });
  const isLive = useStatus().connection === 'live';
  useEffect(() => {
    // Without a connection the last answer stays, instead of an error that the frame shows already.
    if (!isLive) return;
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const answer = (await gateway.fetchJson(path, abort.signal)) as Answer;
        setState({ path, answer, problem: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = (error as Error).message;
        setState((before) => ({ path, answer: before.path === path ? before.answer : null, problem }));
      }
    };
    void read();
    const timer = everyMs === undefined ? undefined : setInterval(() => void read(), everyMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [gateway, path, everyMs, day, isLive]);
  return state.path === path ? state : nothingRead;
}
