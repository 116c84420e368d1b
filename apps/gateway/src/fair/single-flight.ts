/**
 * Lets requests that ask the same share one query, without ever giving an answer that is older than its request: who
 * comes while a query runs shares the next one.
 */
export function createSharedQuery<Params, Result>(
  query: (params: Params) => Promise<Result>,
): (params: Params) => Promise<Result> {
  interface Turn {
    readonly running: Promise<Result>;
    next: Promise<Result> | undefined;
  }
  const turns = new Map<string, Turn>();

  const start = (key: string, params: Params): Promise<Result> => {
    const turn: Turn = { running: query(params), next: undefined };
    turns.set(key, turn);
    const end = (): void => {
      if (turn.next === undefined) turns.delete(key);
    };
    turn.running.then(end, end);
    return turn.running;
  };

  return (params) => {
    const key = JSON.stringify(params);
    const turn = turns.get(key);
    if (!turn) return start(key, params);
    turn.next ??= turn.running.then(
      () => start(key, params),
      () => start(key, params),
    );
    return turn.next;
  };
}
