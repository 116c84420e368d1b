import { AddressCounts } from '../scheduling/address-counts.ts';

/** Most exports at the same time, of all addresses: each keeps a page of rows in memory. */
const exportsMax = 8;
/** Most exports of one address at the same time. */
const exportsPerAddressMax = 2;

/** Why no export can begin now. */
export type NoExportSlot = 'too-many' | 'busy';

/** Bounds how many exports run at the same time, and cuts them off when the gateway stops. */
export class ExportSlots {
  readonly #perAddress = new AddressCounts();
  readonly #running = new Set<() => void>();

  /** Takes a slot until it is disposed. `cutOff`: ends the export early. */
  take(address: string, cutOff: () => void): Disposable | NoExportSlot {
    if (this.#perAddress.of(address) >= exportsPerAddressMax) return 'too-many';
    if (this.#running.size >= exportsMax) return 'busy';
    // One of its own for each export.
    const running = (): void => cutOff();
    this.#running.add(running);
    this.#perAddress.add(address);
    const free = (): void => {
      if (this.#running.delete(running)) this.#perAddress.remove(address);
    };
    return { [Symbol.dispose]: free };
  }

  /** A stop must not wait for exports, which may take hours: they are cut off, and their clients see that. */
  cutOffAll(): void {
    for (const cutOff of [...this.#running]) cutOff();
  }
}
