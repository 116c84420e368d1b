const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Two digits of base64url for each value of three hexadecimal digits. */
const pairs = Array.from({ length: 4096 }, (_, bits) => digits.charAt(bits >> 6) + digits.charAt(bits & 63));
/** Where the hexadecimal digits of a uuid stand, but for the last two. */
const places = Array.from('xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxx', (char, i) => (char === 'x' ? [i] : [])).flat();

/** A uuid in lower case as 22 characters: its digits in base64url. Ten times as fast as by way of a Buffer. */
export function packUuid(uuid: string): string {
  let packed = '';
  for (let i = 0; i < places.length; i += 3)
    packed += pairs[(hexAt(uuid, places[i]) << 8) | (hexAt(uuid, places[i + 1]) << 4) | hexAt(uuid, places[i + 2])];
  return packed + pairs[(hexAt(uuid, 34) << 4) | hexAt(uuid, 35)];
}

function hexAt(uuid: string, place = 0): number {
  const char = uuid.charCodeAt(place);
  return (char & 0xf) + (char >= 0x61 ? 9 : 0);
}

/** The uuid that begins `packed`. */
export function unpackUuid(packed: string): string {
  let hex = '';
  for (let i = 0; i < 20; i += 2) hex += threeDigits[digitAt(packed, i) * 64 + digitAt(packed, i + 1)];
  hex += threeDigits[digitAt(packed, 20) * 64 + digitAt(packed, 21)]?.slice(1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const threeDigits = Array.from({ length: 4096 }, (_, bits) => bits.toString(16).padStart(3, '0'));
const valueOf = new Map(Array.from(digits, (digit, value) => [digit.charCodeAt(0), value]));
const values = Uint8Array.from({ length: 128 }, (_, char) => valueOf.get(char) ?? 0);
const digitAt = (packed: string, place: number): number => values[packed.charCodeAt(place)] ?? 0;
