import type { CallEvent } from '@callstream/domain';
import { eventLine, lineEnd } from '../write/rows.ts';
import { Utf8Buffer } from '../write/utf8-buffer.ts';

const digitNine = 0x39;

/** Events in COPY's text format that are not sent yet. Duplicates of a buffered event only increase its deliveries. */
export class CopyBuffer {
  private readonly text = new Utf8Buffer();
  /** Of each line: uuid and id of its event, and the offset of the digit that counts its deliveries. */
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

  /** Counts a duplicate of a buffered event; false if none is buffered, or only a later delivery, or it has nine deliveries. */
  addDelivery({ uuid, id }: Pick<CallEvent, 'uuid' | 'id'>): boolean {
    const i = this.uuids.lastIndexOf(uuid);
    const digit = this.digits[i];
    if (digit === undefined || (this.ids[i] ?? 0) > id || this.text.byteAt(digit) === digitNine) return false;
    this.text.setByte(digit, this.text.byteAt(digit) + 1);
    return true;
  }

  /** Returns all lines and empties the buffer. */
  take(): Buffer {
    [this.uuids, this.ids, this.digits] = [[], [], []];
    return this.text.take();
  }
}
