import { useEffect, useId, useRef } from 'react';
import { useAppContext } from '../context.tsx';
import type { Settings, AlertThresholds } from '../settings.ts';

interface SettingsDialogProps {
  readonly onSettings: (settings: Settings) => void;
  readonly onForget: (() => void) | null;
  readonly onClose: () => void;
}

/** What a user may set; it holds at once. */
export function SettingsDialog({ onSettings, onForget, onClose }: SettingsDialogProps) {
  const { settings, texts } = useAppContext();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const themes = Object.entries(texts.themes) as [Settings['theme'], string][];
  const { thresholds } = settings;
  const names = {
    waitSeconds: texts.longestThreshold,
    serviceLevelPercent: texts.serviceLevelThreshold,
    abandonPercent: texts.abandonThreshold,
  } as const satisfies Record<keyof AlertThresholds, string>;
  const set = (name: keyof AlertThresholds, level: 'warn' | 'bad', value: number): void => {
    if (!(value >= 0 && value < 1e6)) return;
    onSettings({ ...settings, thresholds: { ...thresholds, [name]: { ...thresholds[name], [level]: value } } });
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{texts.settings}</h2>
      <label>
        {texts.language}
        <select
          value={settings.language}
          onChange={({ target }) => onSettings({ ...settings, language: target.value === 'pt-BR' ? 'pt-BR' : 'en' })}
        >
          <option value="en">English</option>
          <option value="pt-BR">Português (Brasil)</option>
        </select>
      </label>
      <label>
        {texts.theme}
        <select
          value={settings.theme}
          onChange={({ target }) =>
            onSettings({ ...settings, theme: themes.find(([theme]) => theme === target.value)?.[0] ?? 'system' })
          }
        >
          {themes.map(([theme, name]) => (
            <option key={theme} value={theme}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <h3>{texts.thresholds}</h3>
      {(Object.entries(names) as [keyof AlertThresholds, string][]).map(([name, title]) => (
        <fieldset key={name}>
          <legend>{title}</legend>
          {(['warn', 'bad'] as const).map((level) => (
            <label key={level}>
              {texts[level]}
              <input
                type="number"
                min={0}
                defaultValue={thresholds[name][level]}
                onChange={({ target }) => set(name, level, target.valueAsNumber)}
              />
            </label>
          ))}
        </fieldset>
      ))}
      <p className="faint">{texts.keys}</p>
      <form method="dialog" className="dialog-end">
        {onForget ? (
          <button type="button" onClick={onForget}>
            {texts.forget}
          </button>
        ) : null}
        <button className="primary">{texts.done}</button>
      </form>
    </dialog>
  );
}
