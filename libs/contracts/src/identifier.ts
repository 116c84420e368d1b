import { z } from 'zod';

/** A name or id as it is stored: NUL and lone surrogates are replaced, because Postgres cannot store them. */
export const identifier = z
  .string()
  .min(1)
  .max(512)
  .transform((text) => text.replaceAll('\u0000', '\uFFFD').toWellFormed());
