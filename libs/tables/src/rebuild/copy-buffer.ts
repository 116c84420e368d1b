import type { CallEvent } from '@callstream/domain';
import { eventLine, lineEnd } from '../write/rows.ts';
import { Utf8Buffer } from '../write/utf8-buffer.ts';

const nine = 0x39;

/** Lines of COPY that are not sent yet: what comes again meanwhile is one more delivery of the same row. */
export class CopyBuffer {
  private readonly text = new Utf8Buffer();
  /** Of each line: whose it is, and where the digit stands that is the number of deliveries. */
  private uuids: string[] = [];
  private ids: number[] = [];
  private digits: number[] = [];

  /** In bytes. */
  get length(): number {
    return this.text.length;
  }

  add(event: CallEvent): void {
    this.text.write(eventLine(event) + lineEnd(1));
    this.uuids.push(event.uuid);
    this.ids.push(event.id);
    this.digits.push(this.text.length - 2);
  }

  /** Counts one more delivery of an event that waits; false if none of this uuid does, or only a later delivery, or nine. */
  again({ uuid, id }: Pick<CallEvent, 'uuid' | 'id'>): boolean {
    const i = this.uuids.lastIndexOf(uuid);
    const digit = this.digits[i];
    if (digit === undefined || (this.ids[i] ?? 0) > id || this.text.at(digit) === nine) return false;
    this.text.put(digit, this.text.at(digit) + 1);
    return true;
  }

  /** All lines; then it is empty. */
  take(): Buffer {
    [this.uuids, this.ids, this.digits] = [[], [], []];
    return this.text.take();
  }
}
