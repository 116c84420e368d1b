import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { kafkaEnv, portEnv, readConfig, renderEnvExample, secretEnv } from '../index.ts';

const schema = z.object({
  ...kafkaEnv,
  PORT: portEnv(3000).describe('Where it listens'),
  TOKEN: secretEnv(z.string().min(8, 'must have at least 8 characters'), 'Who knows it may come in'),
});

describe('settings', () => {
  it('have defaults, and an empty variable counts as not set', () =>
    expect(readConfig(schema, { PORT: '', KAFKA_BROKERS: 'a:1, b:2,' })).toMatchObject({
      PORT: 3000,
      KAFKA_BROKERS: ['a:1', 'b:2'],
      KAFKA_TOPIC: 'call-events',
    }));
  it('that are not usable are all named at once, with their meaning', () =>
    expect(() => readConfig(schema, { PORT: '70000', KAFKA_TOPIC: 'a b' })).toThrow(
      /PORT: .*Where it listens[^]*KAFKA_TOPIC: |KAFKA_TOPIC: [^]*PORT: .*Where it listens/,
    ));
  it('are documented with their defaults, each once', () => {
    const text = renderEnvExample([
      { title: 'a', schema },
      { title: 'b', schema },
    ]);
    expect(text).toContain('# Where it listens\n#PORT=3000');
    expect(text).toContain('# Who knows it may come in (or TOKEN_FILE)\n#TOKEN=');
    expect(text.match(/#KAFKA_TOPIC=/g)).toHaveLength(1);
  });
});

describe('a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'callstream-secret-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const put = (name: string, content: string | Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const good = put('good', 'long enough\r\n');

  it('that is set and empty is a mistake, not none', () =>
    expect(() => readConfig(schema, { TOKEN: '' })).toThrow(/TOKEN: must have at least 8/));
  it('may stand in a file, with a line end after it', () => {
    expect(readConfig(schema, { TOKEN_FILE: good }).TOKEN).toBe('long enough');
    expect(readConfig(schema, { TOKEN_FILE: good, TOKEN: '' }).TOKEN).toBe('long enough');
    expect(readConfig(schema, { TOKEN_FILE: '' }).TOKEN).toBeUndefined();
  });
  it('is not taken from two places', () =>
    expect(() => readConfig(schema, { TOKEN_FILE: good, TOKEN: 'long enough' })).toThrow(
      'TOKEN_FILE: TOKEN is set as well',
    ));
  it.each([
    ['is not there', join(folder, 'none'), 'cannot be read: there is no such file'],
    ['is a folder', folder, 'is no file'],
    ['is empty', put('empty', '\n'), 'is empty'],
    ['is no text', put('bytes', new Uint8Array([0xff, 0xfe])), 'is not UTF-8'],
    ['is far too large', put('large', 'x'.repeat(1_000_001)), 'at most'],
    ['has what is no such secret', put('short', 'short'), 'must have at least 8 characters'],
  ])('in a file that %s is refused, with the names of variable and file', (_, file, why) => {
    const reading = () => readConfig(schema, { TOKEN_FILE: file });
    expect(reading).toThrow(why);
    expect(reading).toThrow('TOKEN_FILE');
    expect(reading).toThrow(file);
  });
  it('is never part of a message', () => {
    const reading = () => readConfig(schema, { TOKEN_FILE: put('hidden', 'hidden!'), PORT: 'x' });
    expect(reading).toThrow(/PORT[^]*TOKEN_FILE/);
    expect(reading).not.toThrow('hidden!');
  });
});
