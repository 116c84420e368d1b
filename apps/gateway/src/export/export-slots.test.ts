import { ExportSlots } from './export-slots.ts';

it('exports are limited for each address and for all, until they end', () => {
  const slots = new ExportSlots();
  const taken = ['a', 'b', 'c', 'd'].flatMap((address) => Array.from({ length: 2 }, () => slots.take(address)));
  expect(taken.filter((slot) => typeof slot === 'string')).toEqual([]);
  expect([slots.take('a'), slots.take('e')]).toEqual(['too-many', 'busy']);
  const [first] = taken;
  if (typeof first !== 'object') throw new Error('There is no slot.');
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(typeof slots.take('e')).toBe('object');
  expect(slots.take('f')).toBe('busy');
});
