import fc from 'fast-check';
import { openField } from './open-field.ts';

/** An object as it comes out of JSON, or with fields that JSON leaves out. */
const fields = fc.dictionary(fc.string(), fc.option(fc.jsonValue(), { nil: undefined }), { noNullPrototype: true });

it('an opened field and its value as JSON text are the text of the object with that field', () =>
  fc.assert(
    fc.property(fields, fc.string(), fc.jsonValue(), (before, name, value) => {
      fc.pre(!Object.hasOwn(before, name) && name !== '__proto__' && !/^\d+$/.test(name));
      expect(`${openField(before, name)}${JSON.stringify(value)}}`).toBe(JSON.stringify({ ...before, [name]: value }));
    }),
  ));

it('fields can be opened in an opened field', () =>
  fc.assert(
    fc.property(fields, fields, fc.jsonValue(), (outer, inner, value) => {
      fc.pre(!Object.hasOwn(outer, 'data') && !Object.hasOwn(inner, 'event'));
      expect(`${openField(outer, 'data')}${openField(inner, 'event')}${JSON.stringify(value)}}}`).toBe(
        JSON.stringify({ ...outer, data: { ...inner, event: value } }),
      );
    }),
  ));
