import { spellingsOf } from './caller-numbers.ts';

const spellings = [
  '+5511988887777',
  '5511988887777',
  '11988887777',
  '011988887777',
  '(11) 98888-7777',
  '+55 11 98888 7777',
];

describe('the spellings of a number', () => {
  it.each(spellings)('are the same, however it is sent: %s', (text) => {
    expect(new Set(spellingsOf(text, 'BR'))).toEqual(new Set([...spellingsOf('11988887777', 'BR'), text]));
    expect(spellingsOf(text, 'BR')).toEqual(expect.arrayContaining(spellings));
  });

  it('take the region for numbers without a country code', () => {
    expect(spellingsOf('912345678', 'PT')).toContain('+351912345678');
    expect(spellingsOf('+351912345678', 'BR')).toContain('912345678');
  });

  it('of an extension are the text itself', () => {
    expect(spellingsOf('200', 'BR')).toEqual(['200']);
    expect(spellingsOf('client:1', 'BR')).toEqual(['client:1']);
  });

  it.each([null, '', 'anonymous', '0', '000'])('of %j are none: it names no caller', (text) => {
    expect(spellingsOf(text, 'BR')).toEqual([]);
  });
});
