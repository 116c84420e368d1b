import { refusalText } from './postgres-errors.ts';

const postgresError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

it('the text of a refusal has the SQLSTATE, and masks the data that Postgres quotes', () => {
  expect(refusalText(postgresError('22P02', 'invalid input syntax for type bigint: "+55 11 9"8888\n-7777"'))).toBe(
    '22P02: invalid input syntax for type bigint: "…"',
  );
  expect(refusalText(postgresError('54000', 'index row size 8016 exceeds maximum 2704 for index "calls_queue"'))).toBe(
    '54000: index row size 8016 exceeds maximum 2704 for index "calls_queue"',
  );
});
