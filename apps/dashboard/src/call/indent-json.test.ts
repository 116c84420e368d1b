import fc from 'fast-check';
import { indentJson } from './indent-json.ts';

describe('an indented body', () => {
  it('looks as JSON.stringify writes it, whatever blanks it has', () => {
    const indent = fc.constantFrom('', ' ', '\t', '\n ');
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), indent, (value, blanks) => {
        expect(indentJson(JSON.stringify(value, null, blanks))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it('keeps digits, doubled keys and escapes', () => {
    expect(indentJson('{"a":1.10,"b":[9007199254740993,1E5],"a":"\\u00e9 , {}","c":{ }}')).toBe(
      '{\n  "a": 1.10,\n  "b": [\n    9007199254740993,\n    1E5\n  ],\n  "a": "\\u00e9 , {}",\n  "c": {}\n}',
    );
  });
});
