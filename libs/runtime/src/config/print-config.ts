import type { z } from 'zod';
import type { EnvironmentVariables } from './read-config.ts';
import { settingsOf } from './settings.ts';
import type { Setting } from './settings.ts';

const mask = '***';

/** All settings of a schema, for `--help`. */
export function renderSettingsHelp(schema: z.ZodObject): string {
  const lines = settingsOf(schema).map(({ name, description, default: defaultValue }) => {
    const suffix = defaultValue === '' ? '' : ` (default: ${defaultValue})`;
    return `  ${name}${suffix}\n      ${description}`;
  });
  return `\nSettings, from the environment (docs/reference/configuration.md):\n${lines.join('\n')}`;
}

/** The values in effect and their sources, one setting a line, for `--print-config`. Secrets are masked, also in URLs. Values are not validated. */
export const renderEffectiveConfig = (schema: z.ZodObject, env: EnvironmentVariables): string =>
  settingsOf(schema)
    .map((setting) => {
      const { value, source } = effectiveValue(setting, env);
      return `${setting.name}=${value}${source === '' ? '' : `  # ${source}`}\n`;
    })
    .join('');

function effectiveValue(setting: Setting, env: EnvironmentVariables): { value: string; source: string } {
  const { name, fileVariable, emptyCounts, default: defaultValue } = setting;
  const file = fileVariable === undefined ? undefined : env[fileVariable];
  const value = env[name];
  if (fileVariable && file) return { value: mask, source: `${fileVariable}=${file}` };
  if (value === undefined || (value === '' && !emptyCounts))
    return { value: defaultValue, source: defaultValue === '' ? '' : 'default' };
  return { value: maskSecrets(setting, value), source: 'environment' };
}

function maskSecrets({ secret }: Setting, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.host) return maskUrl(url);
  if (secret) return mask;
  const [firstLine = '', ...otherLines] = value.split('\n');
  return otherLines.length === 0 ? firstLine : `${firstLine}…`;
}

function maskUrl(url: URL): string {
  if (url.password !== '') url.password = mask;
  for (const name of url.searchParams.keys()) if (/pass|secret|token/i.test(name)) url.searchParams.set(name, mask);
  return url.href;
}
