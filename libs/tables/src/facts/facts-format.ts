import { partitionsMax } from '@callstream/domain';
import type { Clock } from '@callstream/domain';

/*
 * The format of `calls.facts`: `fact,fact,…|text|text…`. Facts refer to texts by number.
 * A fact is: uuid, letter of the clock, number of each text; then, each after a space: id and `at` as differences to the
 * previous fact, `receivedAt` minus `at`, `part` unless it is 0, and `ownAt` minus `at` if the clock is ahead.
 */

export const clockLetters = { own: 'o', none: 'n', ahead: 'a', imported: 'i' } as const satisfies Record<Clock, string>;

/** SQL: whether a call has a fact that is not imported, from its packed facts. A uuid has 36 characters. */
export const hasLiveFactSql = (facts: string): string =>
  `split_part(${facts}, '|', 1) ~ '(^|,)[0-9a-f-]{36}[^${clockLetters.imported}]'`;

/**
 * Texts with fixed numbers, the same in every call. The numbers are stored in the tables: a change of the list needs a new
 * projection version.
 */
export const commonTexts: readonly string[] = [
  'call.new',
  'call.standby',
  'call.waiting',
  'call.ongoing',
  'call.finished',
  'call.overflow',
  'call.follow-me',
  'call.queue-abandon',
  'call.recording-available',
  'call.data-provided',
  'call.cpf-provided',
  'call.cnpj-provided',
  'called.attended-transfer-request',
  'service.command',
  'peer.ringing',
  'dialer.attempt',
  'dialer.success',
  'dialer.failure',
  'dialer.expired',
  'dialer.exceeded',
  'actor.logged-in',
  'actor.unpaused',
  'actor.ringing',
  'actor.noanswer',
  'actor.entered',
  'actor.left',
  'actor.paused',
  'actor.logged-out',
  'inbound',
  'outbound',
  'internal',
  'mobile',
  'landline',
];

/** Written instead of a text's number if the text is null. */
export const nullMark = '-';
/** Precedes a number of {@link longDigits} digits; other numbers have one digit. */
const longNumberMark = '.';
export const longDigits = 3;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const base = digits.length;

/** Within a partition, id differences are multiples of this, and are divided by it; others are written after a `~`. */
export const idStep = partitionsMax;

/** By character code; {@link base} if the character is no digit. */
const values = new Uint8Array(128).fill(base).map((none, char) => {
  const value = digits.indexOf(String.fromCharCode(char));
  return value < 0 ? none : value;
});
/** Value of the digit at `index`; {@link base} if there is none. */
export const digitAt = (text: string, index: number): number => values[text.charCodeAt(index)] ?? base;

const digit = (number: number): string => digits.charAt(number % base);
/** The number of a text in the format. */
export const textNumber = (number: number): string =>
  number < base
    ? digit(number)
    : longNumberMark + digit(Math.floor(number / base ** 2)) + digit(Math.floor(number / base)) + digit(number);

export const escapeText = (text: string): string =>
  text.includes('%') || text.includes('|') ? text.replaceAll('%', '%25').replaceAll('|', '%7C') : text;
const unescapeText = (text: string): string =>
  text.includes('%') ? text.replaceAll('%7C', '|').replaceAll('%25', '%') : text;

/** The texts of packed facts, without the common ones, and the index at which the facts end. */
export function readTexts(packed: string): { readonly factsEnd: number; readonly texts: readonly string[] } {
  const factsEnd = packed.indexOf('|');
  if (factsEnd < 0) return { factsEnd: packed.length, texts: [] };
  return {
    factsEnd,
    texts: packed
      .slice(factsEnd + 1)
      .split('|')
      .map(unescapeText),
  };
}
