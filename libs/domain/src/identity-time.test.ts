import { createHash } from 'node:crypto';
import { isIdentityTime } from './identity-time.ts';
import { parseTime } from './time.ts';

/** The usable times of the parser of projection version 1. None of these may ever change, or uuids would. */
describe('isIdentityTime', () => {
  it.each([
    '2017-01-01T00:00:00Z', '2017-01-01t00:00:00.1239z', '2017-01-01T00:00:00', '2017-01-01 00:00:00',
    '2026-03-02T10:20:30-03:00', '2026-03-02T10:20:30+23:59', '2024-02-29T00:00:00Z', '2000-02-29T00:00:00Z',
    '1772457600', '1772457600123', 1772457600, 1772457600123, '2000-01-01T00:00:00Z', '2099-12-31T23:59:59.999Z',
    '1999-12-31T23:30:00-01:00', '2100-01-01T00:30:00+01:00', '2026-03-02T13:00:00.123456789012345678901234567890Z',
  ])('is true of %p', (value) => expect(isIdentityTime(value)).toBe(true)); // prettier-ignore
  it.each([
    '2026-03-02T10:20:30-0300', '2026-03-02T10:20:30+0000', '2026-03-02T10:20:30.5+0000', '', 'not a time',
    '2026-02-30T10:00:00Z', '2023-02-29T00:00:00Z', '2100-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z', '2026-01-01T23:60:00Z', '2026-01-01T23:59:60Z',
    '99999-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '2100-01-01T00:00:00Z', '2000-01-01T00:00:00+00:01', '123',
    '0000000000', '9999999999999', '2026-01-01T00:00:00+25:00', '2026-01-01T00:00:00+01:60', ' 1772457600', '1772457600 ',
    '2026-03-02T13:00:00.Z', '2026-03-02T13:00:00ZZ', '2026-03-02T13:00:00 Z', '２026-03-02T13:00:00Z', '1772457600.5',
    1772457600.5, -1772457600, 0, NaN, null, undefined, true, {}, [], ['1772457600'],
  ])('is false of %p', (value) => expect(isIdentityTime(value)).toBe(false)); // prettier-ignore

  it('gives the same for 50,000 texts as the parser of projection version 1', () => {
    const texts = [...nearlyTimes(50_000)];
    const results = texts.map((text) => (isIdentityTime(text) ? '1' : '0')).join('');
    expect(results.replaceAll('0', '')).toHaveLength(4_452);
    expect(createHash('sha256').update(results).digest('hex')).toBe(
      'e1ff7e327e594d7ac6aaac6200faf7ba0e83b7a6a49bebeb33ec9da88d0da2fe',
    );
  });
  it('is true only of times that parseTime reads, and of all of them but those with an offset without a colon', () => {
    for (const text of nearlyTimes(50_000)) {
      if (isIdentityTime(text)) expect(parseTime(text)).not.toBeNull();
      else if (parseTime(text) !== null) expect(text).toMatch(/[+-]\d{4}$/);
    }
  });
});

/** Texts that are times or nearly times; the same at each run. */
function* nearlyTimes(count: number): Generator<string> {
  let state = 1;
  const pick = (...texts: readonly string[]): string => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return texts[Math.floor(state / 65_536) % texts.length] ?? '';
  };
  const two = (): string =>
    pick('00', '01', '02', '03', '09', '11', '12', '13', '23', '24', '28', '29', '30', '31', '59', '60');
  for (let i = 0; i < count; i++) {
    const year = pick('1999', '2000', '2023', '2024', '2026', '2026', '2099', '2100', '226');
    const month = pick('00', '01', '02', '02', '03', '04', '06', '11', '12', '13', '3');
    const day = pick('00', '01', '01', '02', '28', '29', '30', '31', '32', '2');
    const date = `${year}${pick('-', '-', '-', '-', '/')}${month}-${day}`;
    const time = `${pick('T', 'T', 't', ' ', '')}${two()}:${two()}:${two()}`;
    const fraction = pick('', '', '', '.0', '.123', '.9999999', '.', ',5');
    const zone = pick(
      '',
      'Z',
      'Z',
      'z',
      '+00:00',
      '-03:00',
      '+23:59',
      '+24:00',
      '-00:60',
      '+0000',
      '-0300',
      '+03',
      ' Z',
    );
    yield pick(
      date + time + fraction + zone,
      date + time + fraction + zone,
      pick('17', '00', '9', '4102', '0946') + year + two() + two() + pick('', '0', '000'),
    );
  }
}
