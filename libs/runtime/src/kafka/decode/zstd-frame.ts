const magic = 0xfd2fb528;
/** Of the frame header descriptor. */
const flag = { singleSegment: 0x20, dictionaryId: 0x03 } as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;

/**
 * Decompressed size that the header of the first zstd frame states, in bytes; null if it states none, as with a producer
 * that streams. A frame of another size is corrupt, and zstd refuses it.
 * @see https://www.rfc-editor.org/rfc/rfc8878#name-frame-header
 */
export function statedZstdLength(bytes: Buffer): number | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== magic) return null;
  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & flag.singleSegment) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  // Magic, descriptor, window descriptor, dictionary id.
  const at = 4 + 1 + (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & flag.dictionaryId] ?? 0);
  if (sizeBytes === 0 || bytes.length < at + sizeBytes) return null;
  if (sizeBytes === 8) return Number(bytes.readBigUInt64LE(at));
  return bytes.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}
