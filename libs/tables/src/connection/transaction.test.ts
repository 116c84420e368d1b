import { failingTables } from '../../testing/failing-tables.ts';
import { ConnectionLost, withConnection } from './transaction.ts';

const connectWith = (error: Error) => withConnection(failingTables(error, 'connecting'), () => Promise.resolve());

it('a connection that cannot be made is a lost one, which is retried', async () =>
  expect(connectWith(new Error('connect ECONNREFUSED'))).rejects.toBeInstanceOf(ConnectionLost));

it('a bug while connecting is none', async () => {
  const bug = new TypeError('x is not a function');
  await expect(connectWith(bug)).rejects.toBe(bug);
});
