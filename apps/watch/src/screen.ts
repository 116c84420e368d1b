import { styleText } from 'node:util';
import type { Paint, Size } from './render.ts';

/** The alternate screen, without cursor. Without wrapping, a character that the terminal shows wider than it is breaks one line only. */
const enterScreen = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leaveScreen = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const cursorHome = '\x1b[H';
const clearLine = '\x1b[2K';
const clearBelow = '\x1b[J';
/** Of a terminal that does not say its size. */
const defaultSize: Size = { columns: 80, rows: 24 };

/** The terminal's alternate screen. */
export interface Screen extends Disposable {
  readonly draw: () => void;
  readonly enter: () => void;
  /** Shows the former content of the terminal, until `enter`. */
  readonly leave: () => void;
}

export const createScreen = (out: NodeJS.WriteStream, lines: (size: Size, paint: Paint) => string[]): Screen => {
  const paint: Paint = (how, text) => styleText(how, text, { stream: out });
  let isShown = false;
  const draw = (): void => {
    // A slow terminal still has output to read: skip this frame.
    if (!isShown || out.writableLength > 0) return;
    const size = { columns: out.columns || defaultSize.columns, rows: out.rows || defaultSize.rows };
    const drawn = lines(size, paint);
    out.write(`${cursorHome}${drawn.map((line) => `${clearLine}${line}`).join('\r\n')}`);
    if (drawn.length < size.rows) out.write(`\r\n${clearBelow}`);
  };
  const enter = (): void => {
    if (isShown) return;
    isShown = true;
    out.write(enterScreen);
    draw();
  };
  const leave = (): void => {
    if (!isShown) return;
    isShown = false;
    out.write(leaveScreen);
  };
  out.on('resize', draw);
  return {
    draw,
    enter,
    leave,
    [Symbol.dispose]: () => {
      out.off('resize', draw);
      leave();
    },
  };
};
