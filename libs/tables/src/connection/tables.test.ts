import type { ClientBase } from 'pg';
import { connectTables } from './pool.ts';
import { TablesConnection } from './tables.ts';

it('tables and their connections offer no way to send SQL', () => {
  const tables = connectTables({ url: 'postgres://127.0.0.1:1/none' });
  const connection = new TablesConnection({} as unknown as ClientBase);
  // @ts-expect-error Only functions of this lib may send SQL.
  expect(tables.query).toBeUndefined();
  // @ts-expect-error The same for a connection.
  expect(connection.query).toBeUndefined();
  expect([...Reflect.ownKeys(tables), ...Reflect.ownKeys(connection)]).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.getPrototypeOf(tables)).toSorted()).toEqual([
    'connections',
    'constructor',
    'end',
  ]);
});
