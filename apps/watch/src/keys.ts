import { emitKeypressEvents } from 'node:readline';
import type { ReadStream } from 'node:tty';

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
}

export interface KeyActions {
  /** q, Esc or Ctrl-C. */
  readonly onQuit: () => void;
  /** Ctrl-Z. */
  readonly onSuspend: () => void;
}

/** The terminal as input. */
export interface Keys extends Disposable {
  /** Makes the terminal raw, until `leave`: each key counts without Return, and none is shown. */
  readonly enter: () => void;
  readonly leave: () => void;
}

export function readKeys(input: ReadStream, { onQuit, onSuspend }: KeyActions): Keys {
  const onKey = (_text: string | undefined, { name, ctrl = false }: Key): void => {
    // A raw terminal sends Ctrl-C and Ctrl-Z as keys, not as signals.
    if (name === 'q' || name === 'escape' || (ctrl && name === 'c')) onQuit();
    else if (ctrl && name === 'z') onSuspend();
  };
  const leave = (): void => void input.setRawMode(false).pause();
  emitKeypressEvents(input);
  input.on('keypress', onKey);
  return {
    enter: () => void input.setRawMode(true).resume(),
    leave,
    [Symbol.dispose]: () => {
      input.off('keypress', onKey);
      leave();
    },
  };
}
