import { ExportSlots } from './export-slots.ts';

it('exports are limited for each address and for all, until they end', () => {
  const slots = new ExportSlots();
  let cut = 0;
  const cutOff = (): void => {
    cut++;
  };
  const taken = ['a', 'b', 'c', 'd'].flatMap((address) => Array.from({ length: 2 }, () => slots.take(address, cutOff)));
  expect(taken.filter((slot) => typeof slot === 'string')).toEqual([]);
  expect([slots.take('a', cutOff), slots.take('e', cutOff)]).toEqual(['too-many', 'busy']);
  const [first] = taken;
  if (typeof first !== 'object') throw new Error('There is no slot.');
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(typeof slots.take('e', cutOff)).toBe('object');
  expect(slots.take('f', cutOff)).toBe('busy');
  slots.cutOffAll();
  expect(cut).toBe(8);
});
