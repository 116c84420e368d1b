import { z } from 'zod';

/** As the tables keep it: Postgres has no NUL and no lone surrogate, so both were replaced when it was stored. */
export const identifier = z
  .string()
  .min(1)
  .max(512)
  .transform((text) => text.replaceAll('\u0000', '\uFFFD').toWellFormed());
