import parsePhoneNumber from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';

/**
 * All spellings in which events may have a phone number: with and without country code, trunk prefix and punctuation. Empty if it
 * names no caller: withheld, or without a digit other than 0.
 */
export function spellingsOf(text: string | null, region: CountryCode): readonly string[] {
  if (text === null || !/[1-9]/.test(text)) return [];
  const number = parsePhoneNumber(text, region);
  // An extension, or a number that the plan of its region does not know: only as it is.
  if (!number?.isPossible()) return [text];
  const { countryCallingCode: country, nationalNumber: national } = number;
  return [
    ...new Set([
      text,
      `+${country}${national}`,
      `${country}${national}`,
      `00${country}${national}`,
      national,
      `0${national}`,
      number.formatNational(),
      number.formatInternational(),
    ]),
  ];
}
