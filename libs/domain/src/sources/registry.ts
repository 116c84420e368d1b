import { asterisk } from './asterisk/asterisk.ts';
import { delegator } from './delegator.ts';
import type { Source } from './source.ts';
import { teravoz } from './teravoz.ts';

/** By name. */
export type Sources = ReadonlyMap<string, Source>;

/** Of records without a header `source`. */
export const defaultSource: Source = teravoz;

export const knownSources: Sources = new Map([teravoz, asterisk, delegator].map((source) => [source.name, source]));
