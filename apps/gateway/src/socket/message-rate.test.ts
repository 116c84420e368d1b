import { MessageRate } from './message-rate.ts';

it('a socket may send 200 at once, and 50 a second after that', () => {
  const rate = new MessageRate();
  const taken = (now: number) => Array.from({ length: 300 }, () => rate.take(now)).filter(Boolean).length;
  expect(taken(0)).toBe(200);
});

it('a steady 50 a second never ends', () => {
  const rate = new MessageRate();
  expect(Array.from({ length: 5_000 }, (_, i) => rate.take(i * 20))).not.toContain(false);
});
