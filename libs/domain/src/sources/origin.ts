import { defaultSource } from './registry.ts';

/** Where a record comes from, by its headers. */
export interface Origin {
  /** Name of its source; null: the default. */
  readonly source: string | null;
  /** Name of the instance of the source, which its ids begin with; null: ids as they are. */
  readonly sourceName: string | null;
}

export interface RecordHints {
  /**
   * What the sender knows of the record and its value does not say, for its source to read; null or absent: nothing. No part of
   * the identity: of two deliveries, the hints of the first in the log count.
   */
  readonly hints?: string | null;
}

export const defaultOrigin: Origin = { source: null, sourceName: null };

/** A name of a source or an instance. */
export const sourceNamePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** The origin that the headers name; null is an absent header. The default source has one form, named or not. */
export function originOf({ source, sourceName }: Origin): Origin | { readonly problem: string } {
  if (source === null && sourceName === null) return defaultOrigin;
  if (source !== null && !sourceNamePattern.test(source)) return { problem: notAName('source') };
  if (sourceName !== null && !sourceNamePattern.test(sourceName)) return { problem: notAName('source_name') };
  return { source: source === defaultSource.name ? null : source, sourceName };
}

const notAName = (header: string): string =>
  `The header "${header}" is not a name: 1 to 32 of a-z, 0-9 and -, not beginning with -.`;

/**
 * Hashed before the bytes of an event, because two systems may send the same ones; '' for the default origin. Frozen: the log
 * is kept for ever. No JSON object begins like this, so it cannot be a part of the bytes of another event.
 */
export const identityPrefix = ({ source, sourceName }: Origin): string =>
  source === null && sourceName === null ? '' : `${source ?? ''}/${sourceName ?? ''}\n`;

/** An id with the name of its instance. A name has no colon, so ids of two instances are never equal. */
export const prefixId = (id: string, sourceName: string | null): string =>
  sourceName === null ? id : `${sourceName}:${id}`;
