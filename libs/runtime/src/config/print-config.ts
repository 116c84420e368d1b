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

function maskSecrets({ secret, isUrl }: Setting, value: string): string {
  if (secret) return isUrl ? maskUrl(value) : mask;
  const [firstLine = '', ...otherLines] = value.split('\n');
  const shown = firstLine.split(beforeUrl).map((part) => (part.includes('://') ? maskUrl(part) : part));
  return `${shown.join(',')}${otherLines.length === 0 ? '' : '…'}`;
}

/** A comma between two URLs, and not one in a password. */
const beforeUrl = /,(?=\s*[a-z][a-z\d+.-]*:\/\/)/i;

/** Query parameters without secrets: of libpq. All others are masked, because a secret may have any name. */
const shownParameters = new Set(['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name', 'connect_timeout']);

/** A URL without passwords and tokens; only {@link mask} if it is not valid. */
function maskUrl(text: string): string {
  const url = URL.parse(text);
  if (!url?.host) return mask;
  const parameters = [...new Set(url.searchParams.keys())].filter((name) => !shownParameters.has(name));
  const isTokenUser = url.password === '' && url.username !== '' && /^(?:http|ws)s?:$/.test(url.protocol);
  if (url.password === '' && !isTokenUser && parameters.length === 0 && url.hash === '') return text;
  if (url.password !== '') url.password = mask;
  if (isTokenUser) url.username = mask;
  for (const name of parameters) url.searchParams.set(name, mask);
  url.hash = '';
  return url.href;
}
