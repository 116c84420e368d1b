import { styleText } from 'node:util';
import type { Paint, Size } from './render.ts';

const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const restOfLine = '\x1b[K';
const restOfScreen = '\x1b[J';

/** A screen of its own, so that what was there before comes back when it is disposed. */
export interface Screen extends Disposable {
  readonly draw: () => void;
}

export const openScreen = (out: NodeJS.WriteStream, lines: (size: Size, paint: Paint) => string[]): Screen => {
  const paint: Paint = (how, text) => styleText(how, text, { stream: out });
  const draw = (): void => {
    // A terminal over a slow line: nothing is sent on top of what has not left yet.
    if (out.writableLength > 0) return;
    const drawn = lines({ columns: out.columns, rows: out.rows }, paint);
    out.write(`${home}${drawn.map((line) => `${line}${restOfLine}`).join('\r\n')}${restOfScreen}`);
  };
  out.write(enter);
  out.on('resize', draw);
  // Also if the process ends in another way: a terminal without a cursor is no gift.
  const restore = (): void => void out.write(leave);
  process.once('exit', restore);
  draw();
  return {
    draw,
    [Symbol.dispose]: () => {
      out.off('resize', draw);
      process.off('exit', restore);
      restore();
    },
  };
};
