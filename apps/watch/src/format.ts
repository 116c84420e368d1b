import { printable } from '@callstream/resilience';
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const ellipsis = '…';

/** `text` padded, or cut with an ellipsis, to exactly this many columns of a terminal. `side`: where the text is. */
export function cell(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const safe = printable(text);
  const whole = longestWithin(safe, columns);
  const fitted =
    whole.text.length === safe.length || columns === 0 ? whole : longestWithin(safe, columns - 1, ellipsis);
  const blank = ' '.repeat(columns - fitted.width);
  return side === 'left' ? fitted.text + blank : blank + fitted.text;
}

/** The beginning of `text` that has at most this many columns, and `end` behind it. */
function longestWithin(text: string, columns: number, end = ''): { text: string; width: number } {
  let fitted = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const wide = stringWidth(segment);
    if (width + wide > columns) break;
    fitted += segment;
    width += wide;
  }
  return { text: fitted + end, width: width + end.length };
}

/** `text` in lines of at most this many columns, broken between words. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(last) + 1 + stringWidth(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** ms as `0:05`, `12:05` or `1:12:05`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const padded = twoDigits(seconds % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${padded}` : `${minutes}:${padded}`;
}

/** ms since 1970 as `13:00:05` in this machine's time zone. */
export function clock(ms: number): string {
  const at = new Date(ms);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
}

export const percent = (ratio: number | null): string => (ratio === null ? '–' : `${Math.round(ratio * 100)} %`);
