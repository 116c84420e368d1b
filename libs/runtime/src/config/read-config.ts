import type { z } from 'zod';
import { settingsOf } from './settings.ts';
import type { Setting } from './settings.ts';
import { readValueFile } from './value-file.ts';

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings from `env`. An empty variable counts as unset, except for a secret. `<NAME>_FILE` may name a file with
 * the value, for settings that allow it.
 * @throws {Error} with every missing or invalid setting at once
 */
export function readConfig<Schema extends z.ZodObject>(schema: Schema, env: EnvironmentVariables): z.infer<Schema> {
  const settings = settingsOf(schema);
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const setting of settings)
    try {
      const value = readValue(setting, env);
      if (value !== undefined) values[setting.name] = value;
    } catch (error) {
      problems.push(`  ${(error as Error).message}`);
    }
  // Do not validate the rest: an unread value would cause a second message.
  if (problems.length > 0) throw invalidSettings(problems);
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  throw invalidSettings(
    result.error.issues.map(({ path, message }) => {
      const setting = settings.find(({ name }) => name === path[0]);
      return `  ${setting ? sourceOf(setting, env) : String(path[0])}: ${message} (${setting?.description ?? 'not a setting'})`;
    }),
  );
}

const invalidSettings = (lines: readonly string[]): Error => new Error(`Invalid settings:\n${lines.join('\n')}`);

/** @throws {Error} if the setting is set twice, or its file cannot be read */
function readValue({ name, fileVariable, emptyCounts }: Setting, env: EnvironmentVariables): string | undefined {
  const value = env[name];
  const file = fileVariable === undefined ? undefined : env[fileVariable];
  if (!fileVariable || !file) return value === '' && !emptyCounts ? undefined : value;
  if (value) throw new Error(`${fileVariable}: ${name} is set as well. Remove one of the two.`);
  try {
    return readValueFile(file);
  } catch (error) {
    throw new Error(`${fileVariable}: ${(error as Error).message}`, { cause: error });
  }
}

const sourceOf = ({ name, fileVariable }: Setting, env: EnvironmentVariables): string => {
  const file = fileVariable === undefined ? undefined : env[fileVariable];
  return fileVariable && file ? `${fileVariable} (${file})` : name;
};
