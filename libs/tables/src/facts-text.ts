import type { Clock, Fact, Facts } from '@callstream/domain';
import { clockLetters, commonTexts, factTexts } from './facts-format.ts';
import { packUuid, unpackUuid } from './uuid-text.ts';

/**
 * The facts of a call as one text, the column `calls.facts`; the same facts always give the same text. Compact, and without
 * the characters that COPY and arrays of records escape: it is written again whenever its call changes.
 *
 * Facts are separated by `,`, and the texts that they name by their numbers follow, each behind a `|`. A fact is its uuid
 * (22 characters), the letter of its clock, a digit for each of its texts, and numbers to the base 36 after spaces: id and time since
 * the fact before, reception since the time, and the part, unless it is 0; for a clock that is ahead also its own time since `at`.
 */
export function packFacts(facts: Facts): string {
  const numbers = new Map<string, string>();
  let texts = '';
  const numberOf = (text: string | null): string => {
    if (text === null) return nothing;
    const known = common.get(text) ?? numbers.get(text);
    if (known !== undefined) return known;
    const number = textNumber(commonTexts.length + numbers.size);
    numbers.set(text, number);
    texts += `|${escape(text)}`;
    return number;
  };
  let packed = '';
  let [id, at] = [0, 0];
  for (const fact of facts) {
    let named = '';
    for (const field of factTexts) named += numberOf(fact[field]);
    const { clock, part, receivedAt, ownAt } = fact;
    const times = `${(fact.at - at).toString(36)} ${(receivedAt - fact.at).toString(36)}`;
    const ahead = clock === 'ahead' ? ` ${((ownAt ?? 0) - fact.at).toString(36)}` : '';
    const last = part === 0 && ahead === '' ? '' : ` ${part.toString(36)}${ahead}`;
    packed += `,${packUuid(fact.uuid)}${clockLetters[clock]}${withoutEnd(named)} ${(fact.id - id).toString(36)} ${times}${last}`;
    ({ id, at } = fact);
  }
  return packed.slice(1) + texts;
}

/** The facts of a text of {@link packFacts}. */
export function unpackFacts(packed: string): Facts {
  const [rows = '', ...texts] = packed.split('|');
  if (rows === '') return [];
  const known = texts.map(unescape);
  const textOf = (number: number): string | null => commonTexts[number] ?? known[number - commonTexts.length] ?? null;
  let [id, at] = [0, 0];
  return rows.split(',').map((row): Fact => {
    const [head = '', ids = '', times = '', received = '', part = '0', ahead = '0'] = row.split(' ');
    id += parseInt(ids, 36);
    at += parseInt(times, 36);
    const clock = clockOf(head.charAt(uuidLength));
    return {
      ...{ uuid: unpackUuid(head.slice(0, uuidLength)), part: parseInt(part, 36), id, at, clock },
      ...{ ownAt: clock === 'none' ? null : at + parseInt(ahead, 36), receivedAt: at + parseInt(received, 36) },
      ...textsOf(head, textOf),
    };
  });
}

type FactTexts = Pick<Fact, (typeof factTexts)[number]>;

function textsOf(head: string, textOf: (number: number) => string | null): FactTexts {
  const found: Record<string, string | null> = {};
  let from = uuidLength + 1;
  for (const field of factTexts) {
    const first = head.charAt(from);
    const isLong = first === longNumber;
    const digits = isLong ? head.slice(from + 1, from + 1 + longDigits) : first;
    from += isLong ? 1 + longDigits : 1;
    found[field] = digits === '' || digits === nothing ? null : textOf(numberOfDigits(digits));
  }
  return found as unknown as FactTexts;
}

const uuidLength = 22;
const nothing = '-';
/** Before a number of {@link longDigits} digits. */
const longNumber = '.';
const longDigits = 3;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = digits.length;

const digit = (number: number): string => digits.charAt(number % base);
const textNumber = (number: number): string =>
  number < base
    ? digit(number)
    : longNumber + digit(Math.floor(number / base ** 2)) + digit(Math.floor(number / base)) + digit(number);
const numberOfDigits = (text: string): number => [...text].reduce((sum, char) => sum * base + digits.indexOf(char), 0);
const common = new Map(commonTexts.map((text, i) => [text, textNumber(i)]));

/** Most facts name few texts, and the last fields are those of few. */
function withoutEnd(named: string): string {
  let end = named.length;
  while (end > 0 && named.charAt(end - 1) === nothing) end--;
  return named.slice(0, end);
}

const escape = (text: string): string =>
  text.includes('%') || text.includes('|') ? text.replaceAll('%', '%25').replaceAll('|', '%7C') : text;
const unescape = (text: string): string =>
  text.includes('%') ? text.replaceAll('%7C', '|').replaceAll('%25', '%') : text;

function clockOf(letter: string): Clock {
  const clock = (Object.keys(clockLetters) as Clock[]).find((one) => clockLetters[one] === letter);
  if (clock === undefined)
    throw new Error(`The facts of a call name a clock "${letter}" that this version does not know.`);
  return clock;
}
