import { createHash, hash } from 'node:crypto';

/**
 * Identity of an event: a UUIDv8 (RFC 9562) of the SHA-256 of its body as received. An event without a usable time of its
 * own is hashed with `receivedAt`, so that a later event with the same body is not a duplicate.
 * @param prefix hashed before the body: the domain's `identityPrefix`
 */
export function eventUuid(body: Uint8Array, receivedAt = '', prefix = ''): string {
  // `hash` takes 0.9 µs, `createHash` 1.5 µs, and 0.3 µs for each empty text.
  if (receivedAt === '' && prefix === '') return uuidOfDigest(hash('sha256', body, 'binary'));
  const digest = createHash('sha256').update(prefix).update(body);
  return uuidOfDigest((receivedAt === '' ? digest : digest.update(receivedAt)).digest('binary'));
}

/** Reused for each UUID. So a whole eventUuid takes 1.4 µs; with joined texts of bytes, as in the package uuid, 4 µs. */
const scratch = Buffer.from('xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx');
/** Index of the first digit of each byte in the text. */
const digitIndexes = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const digits = Buffer.from('0123456789abcdef');

/** @param digest one latin1 character per byte */
function uuidOfDigest(digest: string): string {
  digitIndexes.forEach((index, i) => {
    const byte = digest.charCodeAt(i);
    const versioned = i === 6 ? 0x80 | (byte & 0x0f) : i === 8 ? 0x80 | (byte & 0x3f) : byte;
    scratch[index] = digits[versioned >> 4] ?? 0;
    scratch[index + 1] = digits[versioned & 0x0f] ?? 0;
  });
  return scratch.toString('latin1');
}
