/** Schema that holds the live projection. */
export const liveSchema = 'projection';
/** Filled by a rebuild, then swapped with the live one. */
export const nextSchema = 'projection_next';
/** What was live before the last swap. */
export const previousSchema = 'projection_previous';
/** Filled by `verify`, then dropped. */
export const verifySchema = 'projection_verify';
/** Left over after a swap; dropped as soon as no transaction reads it. */
export const discardedSchema = 'projection_discarded';

export type ProjectionSchema =
  typeof liveSchema | typeof nextSchema | typeof previousSchema | typeof verifySchema | typeof discardedSchema;
