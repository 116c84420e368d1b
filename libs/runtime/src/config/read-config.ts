import type { z } from 'zod';
import { settingsOf } from './settings.ts';
import type { Setting } from './settings.ts';
import { readValueFile } from './value-file.ts';

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/**
 * The settings in `env`; an empty variable counts as not set, unless it is a secret. A secret may stand in a file
 * instead, which `<NAME>_FILE` names. @throws {Error} naming every missing or malformed variable at once
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
  // What depends on a value that could not be read would only be a second message about it.
  if (problems.length > 0) throw unusable(problems);
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  throw unusable(
    read.error.issues.map(({ path, message }) => {
      const setting = settings.find(({ name }) => name === path[0]);
      return `  ${setting ? whereGiven(setting, env) : String(path[0])}: ${message} (${setting?.description ?? 'not a setting'})`;
    }),
  );
}

const unusable = (lines: readonly string[]): Error => new Error(`These settings are not usable:\n${lines.join('\n')}`);

/** What `env` says of a setting. @throws {Error} if it says two things, or names a file that cannot be used */
function readValue({ name, fileVariable, emptyCounts }: Setting, env: EnvironmentVariables): string | undefined {
  const value = env[name];
  const file = fileVariable === undefined ? undefined : env[fileVariable];
  if (!fileVariable || !file) return value === '' && !emptyCounts ? undefined : value;
  if (value) throw new Error(`${fileVariable}: ${name} is set as well. Unset one of the two.`);
  try {
    return readValueFile(file);
  } catch (error) {
    throw new Error(`${fileVariable}: ${(error as Error).message}`, { cause: error });
  }
}

const whereGiven = ({ name, fileVariable }: Setting, env: EnvironmentVariables): string => {
  const file = fileVariable === undefined ? undefined : env[fileVariable];
  return fileVariable && file ? `${fileVariable} (${file})` : name;
};
