/**
 * Characters that can control a terminal, or hide or reorder the text around them: control and format characters (also C1 and
 * those of bidirectional text), private use, lone surrogates, and separators of lines and paragraphs.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of others in one line, without {@link unsafe} characters. Every command and service prints it through this. */
export const printable = (text: string): string => text.replace(unsafe, '\uFFFD');

/** The same for a text that may have lines, such as a stack trace. */
export const printableLines = (text: string): string =>
  text.replace(unsafe, (found) => (found === '\n' ? found : '\uFFFD'));

/** The same JSON value, with its unsafe characters as escapes. Line breaks between values stay. */
export const printableJson = (json: string): string =>
  json.replace(unsafe, (found) => (found === '\n' ? found : escapes(found)));

const escapes = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
