import pg from 'pg';
import { classify, ConnectionLost, isServerUnavailable } from '../index.ts';
import type { Failure } from '../index.ts';

const errorOf = (code: string): Error => Object.assign(new pg.DatabaseError('It fails.', 0, 'error'), { code });

const states: Readonly<Record<Failure, readonly string[]>> = {
  transient: [
    ...['08000', '08006', '25006', '25P03', '25P04', '40001', '40003', '40P01', '53100', '53200', '53300', '55006'],
    ...['55P03', '57014', '57P01', '57P02', '57P03', '58030'],
  ],
  data: ['21000', '22001', '22003', '22021', '22P02', '22P05', '23502', '23503', '23514', '44000', '54000', '54001'],
  deploy: ['0A000', '23505', '28000', '28P01', '3D000', '3F000', '42501', '42601', '42703', '42804', '42P01', '42P10'],
  unknown: ['XX000', 'XX001', '58P01', '25P02', 'P0001', '99999', ''],
};

describe.each(Object.entries(states))('an error of kind %s', (failure, codes) => {
  it.each(codes)('is recognised by SQLSTATE %p', (code) => expect(classify(errorOf(code))).toBe(failure));
});

it('the server is unavailable while it starts, stops, is a standby or has no connection left, not after other transient errors', () => {
  const unavailable = states.transient.filter((code) => isServerUnavailable(errorOf(code)));
  expect(unavailable).toEqual(['08000', '08006', '25006', '53300', '57P01', '57P02', '57P03']);
  expect([new Error('no'), undefined, new ConnectionLost('It broke.')].map(isServerUnavailable)).toEqual(
    Array(3).fill(false),
  );
});

it('a lost connection is a transient error; an error that is not from Postgres is unknown, whatever its code', () => {
  expect(classify(new ConnectionLost('It broke.'))).toBe('transient');
  expect([new Error('no'), Object.assign(new Error('no'), { code: '54000' }), undefined, 'no'].map(classify)).toEqual(
    Array(4).fill('unknown'),
  );
});
