import { jest } from '@jest/globals';
import { connectTables } from './pool.ts';

it('another version of pg is refused, with the remedy', () => {
  const connect = () => connectTables({ url: 'postgres://127.0.0.1:1/none' });
  jest.doMock('pg/package.json', () => ({ version: '8.24.0' }));
  expect(connect).toThrow(
    'pg 8.24.0 is installed, and callstream uses private parts of pg 8.23.1. Install that version (npm ci)',
  );
  jest.dontMock('pg/package.json');
  expect(connect).not.toThrow();
});
