/** Settings of a user, in the local storage of the browser. */
export interface Settings {
  readonly theme: 'system' | 'dark' | 'light';
  readonly language: 'en' | 'pt-BR';
  readonly thresholds: AlertThresholds;
}

/** Thresholds from which a number is highlighted. */
export interface AlertThresholds {
  /** Longest wait, in seconds, from this value on. */
  readonly waitSeconds: AlertThreshold;
  /** Service level in percent, below this value. */
  readonly serviceLevelPercent: AlertThreshold;
  /** Share of abandoned calls in percent, from this value on. */
  readonly abandonPercent: AlertThreshold;
}
export interface AlertThreshold {
  readonly warn: number;
  readonly bad: number;
}
export type Severity = 'ok' | 'warn' | 'bad';

const key = 'callstream.settings';

const defaultSettings = (language: string): Settings => ({
  theme: 'system',
  language: language.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en',
  thresholds: {
    waitSeconds: { warn: 20, bad: 60 },
    serviceLevelPercent: { warn: 80, bad: 60 },
    abandonPercent: { warn: 5, bad: 10 },
  },
});

/** The saved settings; missing or invalid values get their default. `language`: that of the browser. */
export function readSettings(storage: Pick<Storage, 'getItem'>, language: string): Settings {
  const defaults = defaultSettings(language);
  const saved = parse(storage.getItem(key));
  const thresholds = objectOf(saved['thresholds']);
  const threshold = (name: keyof AlertThresholds): AlertThreshold => {
    const { warn, bad } = objectOf(thresholds[name]);
    return isThreshold(warn) && isThreshold(bad) ? { warn, bad } : defaults.thresholds[name];
  };
  return {
    theme: saved['theme'] === 'dark' || saved['theme'] === 'light' ? saved['theme'] : defaults.theme,
    language: saved['language'] === 'en' || saved['language'] === 'pt-BR' ? saved['language'] : defaults.language,
    thresholds: {
      waitSeconds: threshold('waitSeconds'),
      serviceLevelPercent: threshold('serviceLevelPercent'),
      abandonPercent: threshold('abandonPercent'),
    },
  };
}

export const saveSettings = (storage: Pick<Storage, 'setItem'>, settings: Settings): void =>
  storage.setItem(key, JSON.stringify(settings));

/** For a number that is worse the higher it is. */
export const severityAbove = (value: number | null, { warn, bad }: AlertThreshold): Severity =>
  value === null || value < warn ? 'ok' : value < bad ? 'warn' : 'bad';

/** For a number that is worse the lower it is. */
export const severityBelow = (value: number | null, { warn, bad }: AlertThreshold): Severity =>
  value === null || value >= warn ? 'ok' : value >= bad ? 'warn' : 'bad';

export const isThreshold = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 1e6;
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function parse(text: string | null): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}
