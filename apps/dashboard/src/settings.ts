/** What a user may set; kept by the browser. */
export interface Settings {
  readonly theme: 'system' | 'dark' | 'light';
  readonly language: 'en' | 'pt-BR';
  readonly thresholds: AlertThresholds;
}

/** From where on a number is worth a look, and from where on it is bad. */
export interface AlertThresholds {
  /** Longest wait, in seconds: from here on. */
  readonly waitSeconds: AlertThreshold;
  /** Service level in percent: below. */
  readonly serviceLevelPercent: AlertThreshold;
  /** Abandoned in percent: above. */
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

/** What was saved before; what of it is missing or odd is as given. */
export function readSettings(storage: Pick<Storage, 'getItem'>, language: string): Settings {
  const otherwise = defaultSettings(language);
  const saved = parse(storage.getItem(key));
  const thresholds = objectOf(saved['thresholds']);
  const levels = (name: keyof AlertThresholds): AlertThreshold => {
    const { warn, bad } = objectOf(thresholds[name]);
    return isLevel(warn) && isLevel(bad) ? { warn, bad } : otherwise.thresholds[name];
  };
  return {
    theme: saved['theme'] === 'dark' || saved['theme'] === 'light' ? saved['theme'] : otherwise.theme,
    language: saved['language'] === 'en' || saved['language'] === 'pt-BR' ? saved['language'] : otherwise.language,
    thresholds: {
      waitSeconds: levels('waitSeconds'),
      serviceLevelPercent: levels('serviceLevelPercent'),
      abandonPercent: levels('abandonPercent'),
    },
  };
}

export const saveSettings = (storage: Pick<Storage, 'setItem'>, settings: Settings): void =>
  storage.setItem(key, JSON.stringify(settings));

/** How bad it is that something is as high as this. */
export const severityAbove = (value: number | null, { warn, bad }: AlertThreshold): Severity =>
  value === null || value < warn ? 'ok' : value < bad ? 'warn' : 'bad';

/** How bad it is that something is as low as this. */
export const severityBelow = (value: number | null, { warn, bad }: AlertThreshold): Severity =>
  value === null || value >= warn ? 'ok' : value >= bad ? 'warn' : 'bad';

const isLevel = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 1e6;
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function parse(text: string | null): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}
