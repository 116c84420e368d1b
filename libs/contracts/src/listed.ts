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

const text = z.string().optional();
/** One fact that an event states. What it does not state is absent. */
const StatedFact = z.looseObject({
  own_at: instant
    .optional()
    .describe('When it happened by the clock of its sender; absent if the sender names no usable time'),
  imported: z.literal(true).optional().describe('It was imported from a file of the past; absent: it was not'),
  kind: z.string(),
  actor: text,
  queue: text,
  code: text,
  number: text,
  destination: text,
  url: text,
  direction: text,
  our_number: text,
  their_number: text,
  their_number_type: text,
  reason: text.describe('Why an agent pauses'),
});

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
  source: z.string().optional().describe('Which kind of telephony system it comes from; absent: teravoz'),
  source_name: z
    .string()
    .optional()
    .describe('Which instance of it: the ids of its calls, agents and queues begin with it'),
  facts: z
    .array(StatedFact)
    .min(1)
    .optional()
    .describe('What it states about the call; absent if that is one fact, whose fields are those of `event`'),
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
