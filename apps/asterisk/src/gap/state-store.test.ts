import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenEntry } from './open-state.ts';
import { openStateStore } from './state-store.ts';

const call: OpenEntry = { kind: 'call', call: '1.1', fields: { Linkedid: '1.1' } };
let folder: string;
let damaged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callstream-state-'));
  damaged = [];
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = () => openStateStore({ folder, onDamaged: (file) => damaged.push(file) });
const file = () => join(folder, 'open.db');

it('what is open is there after a restart; what is over is not', () => {
  {
    using store = open();
    store.saveBegun(new Map([['a', call], ['b', call]])); // prettier-ignore
    store.save(new Map([['a', call], ['c', call]])); // prettier-ignore
    store.save(new Map([['c', null]]));
  }
  using store = open();
  expect([...store.load()]).toEqual([['a', call], ['b', Object.assign({ isInDoubt: true }, call)]]); // prettier-ignore
  expect(damaged).toEqual([]);
});

describe('a damaged file', () => {
  const damages: readonly (readonly [string, () => void])[] = [
    ['of text', () => writeFileSync(file(), 'this is no database, and never was one'.repeat(100))],
    ['that is cut', () => writeFileSync(file(), readFileSync(file()).subarray(0, 5_000))],
    ['with another page', () => writeFileSync(file(), readFileSync(file()).fill(0x5a, 4_096))],
    ['with an entry that is no JSON', () => write("update open set entry = '{'")],
    ['with an entry of another kind', () => write(`update open set entry = '{"kind":"x"}'`)],
  ];
  const write = (sql: string): void => {
    const db = new DatabaseSync(file());
    db.exec(sql);
    db.close();
  };

  it.each(damages)('%s is moved aside and said, and the connector goes on with an empty one', (_, damage) => {
    {
      using store = open();
      store.save(new Map(Array.from({ length: 100 }, (_, i) => [`${i}`, call])));
    }
    damage();
    using store = open();
    expect(damaged).toEqual([`${file()}.torn`]);
    expect(existsSync(`${file()}.torn`)).toBe(true);
    expect(store.load().size).toBe(0);
    store.save(new Map([['a', call]]));
    expect([...store.load().keys()]).toEqual(['a']);
  });

  it('is found by the next session too, while the connector runs', () => {
    using store = open();
    store.save(new Map([['a', call]]));
    write("update open set entry = '{'");
    expect(store.load().size).toBe(0);
    expect(damaged).toHaveLength(1);
    store.save(new Map([['b', call]]));
    expect([...store.load().keys()]).toEqual(['b']);
  });
});
