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

/** A raw terminal as input, until disposed: each key counts without Return, and none is shown. */
export interface Keys extends Disposable {
  readonly enter: () => void;
  /** The terminal as it was, until `enter`. */
  readonly leave: () => void;
}

export function readKeys(input: ReadStream, { onQuit, onSuspend }: KeyActions): Keys {
  const onKey = (_text: string | undefined, { name, ctrl = false }: Key): void => {
    // A raw terminal sends Ctrl-C and Ctrl-Z as keys, not as signals.
    if (name === 'q' || name === 'escape' || (ctrl && name === 'c')) onQuit();
    else if (ctrl && name === 'z') onSuspend();
  };
  const enter = (): void => void input.setRawMode(true).resume();
  const leave = (): void => void input.setRawMode(false).pause();
  emitKeypressEvents(input);
  input.on('keypress', onKey);
  process.once('exit', leave).once('uncaughtExceptionMonitor', leave);
  enter();
  return {
    enter,
    leave,
    [Symbol.dispose]: () => {
      process.off('exit', leave).off('uncaughtExceptionMonitor', leave);
      input.off('keypress', onKey);
      leave();
    },
  };
}
