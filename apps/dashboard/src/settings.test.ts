import { readSettings, saveSettings } from './settings.ts';
import { duration } from './text/formats.ts';

const stored = (text: string | null) => ({ getItem: () => text });

it('uses the language of the browser until the user chooses one', () => {
  expect(readSettings(stored(null), 'pt-PT').language).toBe('pt-BR');
  expect(readSettings(stored(null), 'en-US@posix').language).toBe('en');
  expect(readSettings(stored('{"language":"en"}'), 'pt').language).toBe('en');
});

it.each(['', '{', 'null', '[]', '{"thresholds":{"waitSeconds":{"warn":"x"}}}', '{"theme":"<b>"}'])(
  'falls back to the default settings for %p',
  (text) => expect(readSettings(stored(text), 'en')).toEqual(readSettings(stored(null), 'en')),
);

it('reads the settings that it has saved', () => {
  const settings = { ...readSettings(stored(null), 'en'), theme: 'light' as const };
  let written = '';
  saveSettings({ setItem: (_, text) => (written = text) }, settings);
  expect(readSettings(stored(written), 'pt')).toEqual(settings);
});

it('formats durations', () => {
  expect([null, -5, 0, 59_999, 61_000, 3_600_000, 2 * 86_400_000].map(duration)).toEqual([
    '–',
    '0:00',
    '0:00',
    '0:59',
    '1:01',
    '1:00:00',
    '2 d 0 h',
  ]);
});
