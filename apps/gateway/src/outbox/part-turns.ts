import { nextOwnTurn } from '../scheduling/turns.ts';

/** For so long parts are made and written in one turn of the event loop, in ms: live dashboards must not wait longer. */
const turnMsMax = 3;

/** Shares the event loop among all clients that are being sent something in parts, and with everything else. */
export interface PartTurns {
  /**
   * Whether a part may be made now. If not, `goOn` is called in a later turn of the event loop; once for each `owner`, however
   * often it was refused.
   */
  readonly mayMake: (owner: object, goOn: () => void) => boolean;
}

export const anyTime: PartTurns = { mayMake: () => true };

/** @param now ms, monotonic */
export function createPartTurns(now: () => number = () => performance.now()): PartTurns {
  /** In the order in which they were refused. */
  const waiting = new Map<object, () => void>();
  let turnBeganAt: number | null = null;

  const beginTurn = (): void => {
    if (turnBeganAt !== null) return;
    turnBeganAt = now();
    void nextOwnTurn(waiting).then(endTurn);
  };
  const endTurn = (): void => {
    turnBeganAt = null;
    // One that is refused again is the last.
    for (const [owner, goOn] of [...waiting]) {
      if (isOver()) return;
      waiting.delete(owner);
      goOn();
    }
  };
  const isOver = (): boolean => turnBeganAt !== null && now() - turnBeganAt > turnMsMax;
  return {
    mayMake: (owner, goOn) => {
      beginTurn();
      if (!isOver()) return true;
      waiting.set(owner, goOn);
      return false;
    },
  };
}
