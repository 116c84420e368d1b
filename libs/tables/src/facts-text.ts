import { noFacts, partitionsMax } from '@callstream/domain';
import type { Clock, Fact, Facts } from '@callstream/domain';
import { clockLetters, commonTexts } from './facts-format.ts';

/**
 * The facts of a call as one text, the column `calls.facts`; the same facts always give the same text. Compact, and without
 * the characters that COPY and arrays of records escape: it is written again whenever its call changes.
 *
 * Facts are separated by `,`, and the texts that they name by their numbers follow, each behind a `|`. A fact is its uuid,
 * the letter of its clock, a digit for each of its texts, and after spaces: id and time since the fact before, reception
 * since the time, and the part, unless it is 0; for a clock that is ahead also its own time since `at`.
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
    const { kind, actor, queue, number, direction, ourNumber, theirNumber, theirNumberType } = fact;
    const common = numberOf(kind) + numberOf(actor) + numberOf(queue) + numberOf(number) + numberOf(direction);
    const parties = numberOf(ourNumber) + numberOf(theirNumber) + numberOf(theirNumberType);
    const others = numberOf(fact.destination) + numberOf(fact.url) + numberOf(fact.code);
    const head = fact.uuid + clockLetters[fact.clock] + withoutEnd(common + parties + others);
    const ahead = fact.clock === 'ahead' ? ` ${(fact.ownAt ?? 0) - fact.at}` : '';
    const part = fact.part === 0 && ahead === '' ? '' : ` ${fact.part}${ahead}`;
    packed += `,${head} ${packId(fact.id - id)} ${fact.at - at} ${fact.receivedAt - fact.at}${part}`;
    ({ id, at } = fact);
  }
  return packed.slice(1) + texts;
}

/** The facts of a text of {@link packFacts}. */
export function unpackFacts(packed: string): Facts {
  const [rows = '', ...texts] = packed.split('|');
  if (rows === '') return noFacts;
  const known = texts.map(unescape);
  const textOf = (number: number): string | null => commonTexts[number] ?? known[number - commonTexts.length] ?? null;
  let [id, at] = [0, 0];
  const facts = rows.split(',').map((row): Fact => {
    const [head = '', ids = '', times = '', received = '', part = '0', ahead = '0'] = row.split(' ');
    id += unpackId(ids);
    at += Number(times);
    const clock = clockOf(head.charAt(uuidLength));
    const next = readTexts(head, textOf);
    const [kind, actor, queue, number, direction] = [next() ?? '', next(), next(), next(), next()];
    const [ourNumber, theirNumber, theirNumberType] = [next(), next(), next()];
    const [destination, url, code] = [next(), next(), next()];
    const receivedAt = at + Number(received);
    const ownAt = clock === 'none' ? null : at + Number(ahead);
    // As factsOf makes them: objects of one shape are played faster than those of two.
    // prettier-ignore
    return {
      uuid: head.slice(0, uuidLength), part: Number(part), id, at, clock, ownAt, receivedAt, kind, actor, queue, number, destination, url, code,
      direction, ourNumber, theirNumber, theirNumberType,
    };
  });
  // They were packed as a set, in its order.
  return facts as readonly Fact[] as Facts;
}

/** Reads the texts of a fact, one after another; null where it has none. */
function readTexts(head: string, textOf: (number: number) => string | null): () => string | null {
  let from = uuidLength + 1;
  return () => {
    if (from >= head.length) return null;
    const value = valueAt(head, from++);
    if (value < base) return textOf(value);
    if (head.charAt(from - 1) === nothing) return null;
    let number = 0;
    for (const end = from + longDigits; from < end; from++) number = number * base + valueAt(head, from);
    return textOf(number);
  };
}

/** The ids of one partition differ by multiples; of others, by what stands behind a `~`. */
const packId = (id: number): string => (id % partitionsMax === 0 ? String(id / partitionsMax) : `~${id}`);
const unpackId = (packed: string): number =>
  packed.startsWith('~') ? Number(packed.slice(1)) : Number(packed) * partitionsMax;

const uuidLength = 36;
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
/** By character code; what is no digit has a value of its own. */
const values = new Uint8Array(128).fill(base).map((none, char) => {
  const value = digits.indexOf(String.fromCharCode(char));
  return value < 0 ? none : value;
});
const valueAt = (text: string, place: number): number => values[text.charCodeAt(place)] ?? base;
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

const clocks = new Map<string, Clock>(Object.entries(clockLetters).map(([clock, letter]) => [letter, clock as Clock]));
function clockOf(letter: string): Clock {
  const clock = clocks.get(letter);
  if (clock === undefined) throw new Error(`Packed facts name a clock "${letter}" that this version does not know.`);
  return clock;
}
