import { eventId, offsetOf, partitionOf, partitionsMax } from './event-id.ts';

it('an event id gives back its partition and its offset, up to the largest of both', () => {
  for (const partition of [0, 1, partitionsMax - 1])
    for (const offset of [0, 1, 2 ** 41 - 1]) {
      const id = eventId(partition, offset);
      expect([partitionOf(id), offsetOf(id)]).toEqual([partition, offset]);
      expect(Number.isSafeInteger(id)).toBe(true);
    }
});
