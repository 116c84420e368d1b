import { setImmediate as nextTurn } from 'node:timers/promises';

/** For so long a loop runs in one turn of the event loop, in ms: live dashboards must not wait longer. */
const turnMsMax = 2;

/** For a loop over many items: after each, await what this returns, if anything. Other work goes on then. */
export function createTurns(): () => Promise<void> | undefined {
  let beganAt = performance.now();
  const next = async (): Promise<void> => {
    await nextTurn();
    beganAt = performance.now();
  };
  return () => (performance.now() - beganAt > turnMsMax ? next() : undefined);
}
