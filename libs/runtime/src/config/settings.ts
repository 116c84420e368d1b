import type { z } from 'zod';
import { formatOf } from './value-format.ts';

/** A setting of a schema, as it is read, listed and documented. */
export interface Setting {
  readonly name: string;
  readonly description: string;
  /** As written in the environment; empty if there is none. */
  readonly default: string;
  /** Description of its values. */
  readonly format: string;
  /** Its value must not be shown. */
  readonly secret: boolean;
  /** Its value is a URL: all of it may be shown but for the secrets in it. */
  readonly isUrl: boolean;
  /** Variable that may name a file with the value. */
  readonly fileVariable: string | undefined;
  /** Whether an empty variable differs from an unset one. */
  readonly emptyCounts: boolean;
}

export function settingsOf(schema: z.ZodObject): Setting[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const valueType = type as z.ZodType;
    const { description = '', secret, url, file } = valueType.meta() ?? {};
    const defaultValue: unknown = valueType.safeParse(undefined).data;
    return {
      name,
      description,
      default: textOf(defaultValue),
      format: formatOf(name, valueType),
      secret: secret === true,
      isUrl: url === true,
      fileVariable: file === true ? `${name}_FILE` : undefined,
      // An empty secret must not silently disable authentication.
      emptyCounts: secret === true && defaultValue === undefined,
    };
  });
}

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join(',') : typeof value === 'string' || typeof value === 'number' ? String(value) : '';
