/** Number of current calls that wait in a queue, and of those that are talked on: `isWaiting` and `isTalking`. */
export interface LiveCalls {
  readonly waiting: number;
  readonly talking: number;
}

export const noLiveCalls: LiveCalls = { waiting: 0, talking: 0 };

export const addLiveCalls = (a: LiveCalls, b: LiveCalls): LiveCalls => ({
  waiting: a.waiting + b.waiting,
  talking: a.talking + b.talking,
});
