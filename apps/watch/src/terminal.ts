import type { ReadStream } from 'node:tty';
import { readKeys } from './keys.ts';
import type { Keys } from './keys.ts';
import type { Paint, Size } from './render.ts';
import { createScreen } from './screen.ts';

/** How often the screen is redrawn, in ms: durations on it change every second. */
const drawEveryMs = 250;

export interface FullScreenOptions {
  readonly input: ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly lines: (size: Size, paint: Paint) => string[];
  readonly onQuit: () => void;
}

/** Shows `lines` on the whole terminal, until disposed. */
export function showOnTerminal({ input, output, lines, onQuit }: FullScreenOptions): Disposable {
  const screen = createScreen(output, lines);
  const suspend = (): void => {
    // Windows has no SIGTSTP.
    if (process.platform === 'win32') return;
    leave();
    process.once('SIGCONT', enter);
    // The whole job, with npm, as the terminal does it.
    process.kill(0, 'SIGTSTP');
  };
  // Input from a pipe has no keys: then Ctrl-C is a signal.
  const keys: Keys | null = input.isTTY ? readKeys(input, { onQuit, onSuspend: suspend }) : null;
  const enter = (): void => {
    keys?.enter();
    screen.enter();
  };
  const leave = (): void => {
    keys?.leave();
    screen.leave();
  };
  // Also if the process ends without dispose; before the error of a bug is printed, which would be lost with the screen.
  process.once('exit', leave).once('uncaughtExceptionMonitor', leave);
  enter();
  const timer = setInterval(screen.draw, drawEveryMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      process.off('exit', leave).off('uncaughtExceptionMonitor', leave);
      keys?.[Symbol.dispose]();
      screen[Symbol.dispose]();
    },
  };
}
