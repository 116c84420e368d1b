import { MessageRate } from './message-rate.ts';

it('a socket may send a burst of 200 messages', () => {
  const rate = new MessageRate();
  const taken = (now: number) => Array.from({ length: 300 }, () => rate.take(now)).filter(Boolean).length;
  expect(taken(0)).toBe(200);
});

it('a socket may send 50 messages a second for ever', () => {
  const rate = new MessageRate();
  expect(Array.from({ length: 5_000 }, (_, i) => rate.take(i * 20))).not.toContain(false);
});
