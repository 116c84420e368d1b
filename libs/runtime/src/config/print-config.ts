import type { z } from 'zod';
import type { EnvironmentVariables } from './read-config.ts';
import { settingsOf } from './settings.ts';
import type { Setting } from './settings.ts';

const mask = '***';

/** The settings that a schema knows, for `--help`. */
export function renderSettingsHelp(schema: z.ZodObject): string {
  const lines = settingsOf(schema).map(({ name, description, default: otherwise }) => {
    const byDefault = otherwise === '' ? '' : ` (default: ${otherwise})`;
    return `  ${name}${byDefault}\n      ${description}`;
  });
  return `\nSettings, from the environment (docs/reference/configuration.md):\n${lines.join('\n')}`;
}

/** What is in effect, and where it comes from, one setting a line, for `--print-config`. Secrets are masked, also in URLs. Says nothing of whether it is usable. */
export const renderEffectiveConfig = (schema: z.ZodObject, env: EnvironmentVariables): string =>
  settingsOf(schema)
    .map((setting) => {
      const { value, from } = found(setting, env);
      return `${setting.name}=${value}${from === '' ? '' : `  # ${from}`}\n`;
    })
    .join('');

function found(setting: Setting, env: EnvironmentVariables): { value: string; from: string } {
  const { name, fileVariable, emptyCounts, default: otherwise } = setting;
  const file = fileVariable === undefined ? undefined : env[fileVariable];
  const value = env[name];
  if (fileVariable && file) return { value: mask, from: `${fileVariable}=${file}` };
  if (value === undefined || (value === '' && !emptyCounts))
    return { value: otherwise, from: otherwise === '' ? '' : 'default' };
  return { value: shown(setting, value), from: 'environment' };
}

function shown({ secret }: Setting, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.host) return maskedUrl(url);
  if (secret) return mask;
  const [first = '', ...more] = value.split('\n');
  return more.length === 0 ? first : `${first}…`;
}

function maskedUrl(url: URL): string {
  if (url.password !== '') url.password = mask;
  for (const name of url.searchParams.keys()) if (/pass|secret|token/i.test(name)) url.searchParams.set(name, mask);
  return url.href;
}
