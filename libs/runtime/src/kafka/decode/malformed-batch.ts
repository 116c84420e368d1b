/** Why a batch cannot be read: what its message says of "the batch". */
export class MalformedBatchError extends Error {
  override readonly name: string = 'Malformed';
}

export class BatchTooLargeError extends MalformedBatchError {
  override readonly name = 'TooLarge';
  constructor(bytesMax: number) {
    super(`decompresses to more than ${bytesMax / 1024 / 1024} MB`);
  }
}
