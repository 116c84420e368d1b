import { partitionsMax } from '@callstream/domain';
import type { Clock } from '@callstream/domain';

/*
 * The format of `calls.facts`. Facts are separated by `,`, and the texts that they name by their numbers follow, each
 * after a `|`. A fact is its uuid, the letter of its clock, and the number of each of its texts; then, each after a space,
 * the difference of its id and of its time to those of the fact before, its reception minus its time, its part unless that
 * is 0, and for a clock that is ahead its own time minus `at`.
 */

export const clockLetters = { own: 'o', none: 'n', ahead: 'a' } as const satisfies Record<Clock, string>;

/**
 * Texts that have numbers in every call. Tables contain these numbers: whoever changes the list raises the version of the
 * projection.
 */
export const commonTexts: readonly string[] = [
  ...['call.new', 'call.standby', 'call.waiting', 'call.ongoing', 'call.finished', 'call.overflow', 'call.follow-me'],
  ...[
    'call.queue-abandon',
    'call.recording-available',
    'call.data-provided',
    'call.cpf-provided',
    'call.cnpj-provided',
  ],
  ...['called.attended-transfer-request', 'service.command', 'peer.ringing', 'dialer.attempt', 'dialer.success'],
  ...['dialer.failure', 'dialer.expired', 'dialer.exceeded', 'actor.logged-in', 'actor.unpaused', 'actor.ringing'],
  ...['actor.noanswer', 'actor.entered', 'actor.left', 'actor.paused', 'actor.logged-out'],
  ...['inbound', 'outbound', 'internal', 'mobile', 'landline'],
];

/** Stands for null among the numbers of texts. */
export const nullMark = '-';
/** Precedes a number of {@link longDigits} digits; any other has one. */
const longNumberMark = '.';
export const longDigits = 3;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const base = digits.length;

/** An id difference is a multiple of this as long as the partition stays the same; any other follows a `~`. */
export const idStep = partitionsMax;

/** By character code; what is no digit has the value {@link base}. */
const values = new Uint8Array(128).fill(base).map((none, char) => {
  const value = digits.indexOf(String.fromCharCode(char));
  return value < 0 ? none : value;
});
/** Value of the digit at a place of a text; {@link base} if there is none. */
export const digitAt = (text: string, place: number): number => values[text.charCodeAt(place)] ?? base;

const digit = (number: number): string => digits.charAt(number % base);
/** The number of a text, as it is written. */
export const textNumber = (number: number): string =>
  number < base
    ? digit(number)
    : longNumberMark + digit(Math.floor(number / base ** 2)) + digit(Math.floor(number / base)) + digit(number);

export const escapeText = (text: string): string =>
  text.includes('%') || text.includes('|') ? text.replaceAll('%', '%25').replaceAll('|', '%7C') : text;
const unescapeText = (text: string): string =>
  text.includes('%') ? text.replaceAll('%7C', '|').replaceAll('%25', '%') : text;

/** The texts of packed facts, by their numbers, and where the facts themselves end. */
export function readTexts(packed: string): { readonly factsEnd: number; readonly texts: readonly string[] } {
  const factsEnd = packed.indexOf('|');
  if (factsEnd < 0) return { factsEnd: packed.length, texts: [] };
  const written = packed.slice(factsEnd + 1);
  return { factsEnd, texts: written.split('|').map(unescapeText) };
}
