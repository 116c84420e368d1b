import { AddressCounts } from '../scheduling/address-counts.ts';

/** Most exports at the same time, of all addresses: each keeps a page of rows in memory. */
const exportsMax = 8;
/** Most exports of one address at the same time. */
const exportsPerAddressMax = 2;

/** Why no export can begin now. */
export type NoExportSlot = 'too-many' | 'busy';

/** Bounds how many exports run at the same time. */
export class ExportSlots {
  readonly #perAddress = new AddressCounts();
  #running = 0;

  /** Takes a slot until it is disposed. */
  take(address: string): Disposable | NoExportSlot {
    if (this.#perAddress.of(address) >= exportsPerAddressMax) return 'too-many';
    if (this.#running >= exportsMax) return 'busy';
    this.#running++;
    this.#perAddress.add(address);
    let isTaken = true;
    const free = (): void => {
      if (!isTaken) return;
      isTaken = false;
      this.#running--;
      this.#perAddress.remove(address);
    };
    return { [Symbol.dispose]: free };
  }
}
