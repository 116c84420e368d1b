import { z } from 'zod';

/** Units by the last word of a setting's name. */
const units: Readonly<Record<string, string>> = {
  MS: 'ms',
  SECONDS: 'seconds',
  MINUTES: 'minutes',
  BYTES: 'bytes',
};

/** Describes the values of a setting: "auto or whole number from 1 to 64", "seconds from 0", "none, secret, jwks". */
export function formatOf(name: string, type: z.ZodType): string {
  if (Array.isArray(type.safeParse(undefined).data)) return 'list, separated by commas';
  const shape = z.toJSONSchema(beforeTransform(type), { io: 'output', unrepresentable: 'any' });
  return (shape.anyOf ?? [shape]).map((each) => kindOf(name, each)).join(' or ');
}

/** What a transform makes of a value has no schema; the value before it has. */
const beforeTransform = (type: z.ZodType): z.ZodType => {
  if (type instanceof z.ZodDefault) return beforeTransform(type.unwrap() as z.ZodType);
  return type instanceof z.ZodPipe && type.out instanceof z.ZodTransform ? (type.in as z.ZodType) : type;
};

function kindOf(name: string, shape: z.core.JSONSchema.BaseSchema): string {
  const choices = shape.enum ?? (shape.const === undefined ? undefined : [shape.const]);
  if (choices) return choices.join(', ');
  if (shape.type === 'boolean') return 'true, false';
  if (shape.type !== 'integer' && shape.type !== 'number') return 'text';
  const unit = units[name.replace(/_MAX$/, '').split('_').at(-1) ?? ''];
  const kind = shape.type === 'integer' ? `whole number${unit ? ` of ${unit}` : ''}` : (unit ?? 'number');
  return `${kind}${rangeOf(shape.minimum, shape.maximum)}`;
}

function rangeOf(min: number | undefined, max: number | undefined): string {
  const hasMin = min !== undefined && min > Number.MIN_SAFE_INTEGER;
  const hasMax = max !== undefined && max < Number.MAX_SAFE_INTEGER;
  return `${hasMin ? ` from ${min}` : ''}${hasMax ? ` to ${max}` : ''}`;
}
