import { z } from 'zod';
import { callState } from './call-state.ts';

const instant = z.iso.datetime({ precision: 3 });

/** A call in a list. More fields may be there. */
export const ListedCall = z.looseObject({
  id: z.number().int(),
  aggregate_id: z.string(),
  state: callState,
  created_at: instant,
  updated_at: instant,
});
export type ListedCall = z.infer<typeof ListedCall>;

/** An event of a call. `event` is the body; of one that is too large for an answer, its type and call_id only. */
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
      'Fields of the body that are too long for the tables, so that no list and no number knows them; null: none',
    ),
  topic: z.string(),
  partition: z.number().int(),
  offset: z.number().int(),
  body_bytes: z.number().int().optional().describe('Size of the body; only there if `event` is not all of it'),
});
export type ListedEvent = z.infer<typeof ListedEvent>;

/** That there is more than an answer has; not there if it has all. */
export const more = z.literal(true).optional();
