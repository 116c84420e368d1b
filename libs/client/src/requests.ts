import { failureOf } from './messages.ts';
import type { ServerFrame } from './messages.ts';

/** Gets why the request failed; or null, and the frame that answers it. */
export type OnAnswer = (failure: string | null, frame: ServerFrame | undefined) => void;

/** Requests in flight, by id. */
export interface Requests {
  /** Returns the message to send. */
  readonly next: (event: string, data: object, onAnswer: OnAnswer) => RequestMessage;
  readonly onFrame: (frame: ServerFrame) => void;
  /** Fails all requests in flight: the connection is lost. */
  readonly rejectAll: (reason: string) => void;
}

interface RequestMessage {
  readonly event: string;
  readonly data: object;
  readonly id: number;
}

export function createRequests(): Requests {
  let lastId = 0;
  const inFlight = new Map<string | number, OnAnswer>();
  return {
    next: (event, data, onAnswer) => {
      const id = ++lastId;
      inFlight.set(id, onAnswer);
      return { event, data, id };
    },
    onFrame: (frame) => {
      if (frame.id === undefined) return;
      const onAnswer = inFlight.get(frame.id);
      inFlight.delete(frame.id);
      onAnswer?.(failureOf(frame), frame);
    },
    rejectAll: (reason) => {
      const rejected = [...inFlight.values()];
      inFlight.clear();
      for (const onAnswer of rejected) onAnswer(reason, undefined);
    },
  };
}
