import { failureOf } from './messages.ts';
import type { ServerFrame } from './messages.ts';

/** Is given the failure; or null, and the frame that answers. */
export type OnAnswer = (failure: string | null, frame: ServerFrame | undefined) => void;

/** Answers by the id of what was asked. */
export interface Requests {
  /** The message to send. */
  readonly next: (event: string, data: object, onAnswer: OnAnswer) => RequestMessage;
  readonly onFrame: (frame: ServerFrame) => void;
  /** Nothing that was asked until now will be answered any more. */
  readonly giveUp: (reason: string) => void;
}

interface RequestMessage {
  readonly event: string;
  readonly data: object;
  readonly id: number;
}

export function createRequests(): Requests {
  let lastId = 0;
  const open = new Map<string | number, OnAnswer>();
  return {
    next: (event, data, onAnswer) => {
      const id = ++lastId;
      open.set(id, onAnswer);
      return { event, data, id };
    },
    onFrame: (frame) => {
      if (frame.id === undefined) return;
      const onAnswer = open.get(frame.id);
      open.delete(frame.id);
      onAnswer?.(failureOf(frame), frame);
    },
    giveUp: (reason) => {
      const waiting = [...open.values()];
      open.clear();
      for (const onAnswer of waiting) onAnswer(reason, undefined);
    },
  };
}
