import { styleText } from 'node:util';
import type { Paint, Size } from './render.ts';

const enterAlternateScreen = '\x1b[?1049h\x1b[?25l';
const leaveAlternateScreen = '\x1b[?25h\x1b[?1049l';
const cursorHome = '\x1b[H';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';

/** The terminal's alternate screen: when it is disposed, the terminal shows its former content again. */
export interface Screen extends Disposable {
  readonly draw: () => void;
}

export const openScreen = (out: NodeJS.WriteStream, lines: (size: Size, paint: Paint) => string[]): Screen => {
  const paint: Paint = (how, text) => styleText(how, text, { stream: out });
  const draw = (): void => {
    // A slow terminal still has output to read: skip this frame.
    if (out.writableLength > 0) return;
    const drawn = lines({ columns: out.columns, rows: out.rows }, paint);
    out.write(`${cursorHome}${drawn.map((line) => `${line}${clearLine}`).join('\r\n')}${clearBelow}`);
  };
  out.write(enterAlternateScreen);
  out.on('resize', draw);
  // Restores the cursor also if the process ends without dispose.
  const restore = (): void => void out.write(leaveAlternateScreen);
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
