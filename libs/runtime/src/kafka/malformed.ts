/** Why a batch cannot be read: what its message says of "the batch". */
export class Malformed extends Error {
  override readonly name: string = 'Malformed';
}

export class TooLarge extends Malformed {
  override readonly name = 'TooLarge';
  constructor(bytesMax: number) {
    super(`decompresses to more than ${bytesMax / 1024 / 1024} MB`);
  }
}
