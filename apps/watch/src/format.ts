import stringWidth from 'string-width';

/** Control and formatting characters (bidi too): in text from outside, they could control the terminal. */
const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** `text` cut or padded to exactly this many columns of a terminal. `side`: where the text is. */
export function cell(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  let fitted = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text.replace(unsafe, '\uFFFD'))) {
    const wide = stringWidth(segment);
    if (width + wide > columns) break;
    fitted += segment;
    width += wide;
  }
  const blank = ' '.repeat(columns - width);
  return side === 'left' ? fitted + blank : blank + fitted;
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
