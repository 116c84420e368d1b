/** A batch that cannot be decoded. The message is a predicate of "the batch": "has a wrong checksum". */
export class MalformedBatchError extends Error {
  override readonly name: string = 'MalformedBatchError';
}

export class BatchTooLargeError extends MalformedBatchError {
  override readonly name = 'BatchTooLargeError';
  constructor(bytesMax: number) {
    super(`decompresses to more than ${bytesMax / 1024 / 1024} MB`);
  }
}
