import { refusalText } from './postgres-errors.ts';

const answer = (code: string, message: string): Error => Object.assign(new Error(message), { code });

it('what Postgres refuses is told with its SQLSTATE, and without the data that it quotes', () => {
  expect(refusalText(answer('22P02', 'invalid input syntax for type bigint: "+55 11 9"8888\n-7777"'))).toBe(
    '22P02: invalid input syntax for type bigint: "…"',
  );
  expect(refusalText(answer('54000', 'index row size 8016 exceeds maximum 2704 for index "calls_queue"'))).toBe(
    '54000: index row size 8016 exceeds maximum 2704 for index "calls_queue"',
  );
});
