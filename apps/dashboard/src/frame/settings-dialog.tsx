import { useEffect, useId, useRef } from 'react';
import { useAppContext } from '../context.tsx';
import { isThreshold } from '../settings.ts';
import type { AlertThreshold, AlertThresholds, Settings } from '../settings.ts';
import { UnknownTypes } from './unknown-types.tsx';

interface SettingsDialogProps {
  readonly onSettings: (settings: Settings) => void;
  readonly onForget: (() => void) | null;
  readonly onClose: () => void;
}

const languages = { en: 'English', 'pt-BR': 'Português (Brasil)' } as const satisfies Record<
  Settings['language'],
  string
>;

/** The settings of a user. A change takes effect at once. */
export function SettingsDialog({ onSettings, onForget, onClose }: SettingsDialogProps) {
  const { settings, texts } = useAppContext();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const { thresholds } = settings;
  const titles = {
    waitSeconds: texts.longestThreshold,
    serviceLevelPercent: texts.serviceLevelThreshold,
    abandonPercent: texts.abandonThreshold,
  } as const satisfies Record<keyof AlertThresholds, string>;
  const setThreshold = (name: keyof AlertThresholds, threshold: AlertThreshold): void =>
    onSettings({ ...settings, thresholds: { ...thresholds, [name]: threshold } });
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{texts.settings}</h2>
      <Choice
        title={texts.language}
        options={languages}
        value={settings.language}
        onChange={(language) => onSettings({ ...settings, language })}
      />
      <Choice
        title={texts.theme}
        options={texts.themes}
        value={settings.theme}
        onChange={(theme) => onSettings({ ...settings, theme })}
      />
      <h3>{texts.thresholds}</h3>
      {keysOf(titles).map((name) => (
        <ThresholdFields
          key={name}
          title={titles[name]}
          threshold={thresholds[name]}
          onChange={(threshold) => setThreshold(name, threshold)}
        />
      ))}
      <UnknownTypes />
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

interface ChoiceProps<Value extends string> {
  readonly title: string;
  /** Names of the values. */
  readonly options: Readonly<Record<Value, string>>;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

const Choice = <Value extends string>({ title, options, value, onChange }: ChoiceProps<Value>) => (
  <label>
    {title}
    <select value={value} onChange={({ target }) => onChange(target.value as Value)}>
      {keysOf(options).map((option) => (
        <option key={option} value={option}>
          {options[option]}
        </option>
      ))}
    </select>
  </label>
);

interface ThresholdFieldsProps {
  readonly title: string;
  readonly threshold: AlertThreshold;
  readonly onChange: (threshold: AlertThreshold) => void;
}

function ThresholdFields({ title, threshold, onChange }: ThresholdFieldsProps) {
  const { texts } = useAppContext();
  return (
    <fieldset>
      <legend>{title}</legend>
      {(['warn', 'bad'] as const).map((severity) => (
        <label key={severity}>
          {texts[severity]}
          <input
            type="number"
            min={0}
            defaultValue={threshold[severity]}
            onChange={({ target: { valueAsNumber: value } }) => {
              if (isThreshold(value)) onChange({ ...threshold, [severity]: value });
            }}
          />
        </label>
      ))}
    </fieldset>
  );
}

const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] => Object.keys(record) as Key[];
