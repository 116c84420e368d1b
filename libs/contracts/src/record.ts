/** Headers of a record in the topic: CloudEvents 1.0 in binary mode, and when the event was received. */
export interface RecordHeaders {
  readonly ce_specversion: '1.0';
  /** The event's uuid. */
  readonly ce_id: string;
  /** The event's type, as it was sent. */
  readonly ce_type: string;
  readonly ce_source: string;
  /** The event's own time, else its reception; RFC 3339. */
  readonly ce_time: string;
  /** Of the value. */
  readonly 'content-type': string;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly received_at: string;
  /** Name of the source that reads the value; absent: teravoz. */
  readonly source?: string;
  /** Name of the instance of the source, with which its ids begin; absent: ids as they are. */
  readonly source_name?: string;
  /** What the sender knows beyond the value, for the source to read; absent: nothing. No part of the identity. */
  readonly hints?: string;
}
