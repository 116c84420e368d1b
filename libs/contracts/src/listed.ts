import { z } from 'zod';
import { callState } from './call-state.ts';

const instant = z.iso.datetime({ precision: 3 });

/** A call in a list. Further fields are allowed. */
export const ListedCall = z.looseObject({
  id: z.number().int(),
  aggregate_id: z.string(),
  state: callState,
  created_at: instant,
  updated_at: instant,
});
export type ListedCall = z.infer<typeof ListedCall>;

/** An event of a call. `event` is the body; if the body is too large for an answer, only its type and call_id. */
export const ListedEvent = z.looseObject({
  id: z.number().int(),
  aggregate_id: z.string(),
  uuid: z.uuid(),
  event: z.looseObject({}),
  received_at: instant,
  deliveries: z.number().int().min(1),
  omitted: z
    .array(z.string())
    .nullable()
    .optional()
    .describe(
      'Fields of the body that are too long for the tables: they are null in lists and missing in numbers; null: none',
    ),
  topic: z.string(),
  partition: z.number().int(),
  offset: z.number().int(),
  body_bytes: z
    .number()
    .int()
    .optional()
    .describe('Size of the whole body in bytes; only if `event` is not the whole body'),
});
export type ListedEvent = z.infer<typeof ListedEvent>;

/** The answer is incomplete. Absent if it is complete. */
export const more = z.literal(true).optional();
