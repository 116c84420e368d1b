import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { kafkaEnv, portEnv, readConfig, renderEnvExample, secretEnv } from '../index.ts';

const schema = z.object({
  ...kafkaEnv,
  PORT: portEnv(3000).describe('Where it listens'),
  TOKEN: secretEnv(z.string().min(8, 'must have at least 8 characters'), 'Secret of the senders'),
});

describe('settings', () => {
  it('have defaults, and an empty variable counts as unset', () =>
    expect(readConfig(schema, { PORT: '', KAFKA_BROKERS: 'a:1, b:2,' })).toMatchObject({
      PORT: 3000,
      KAFKA_BROKERS: ['a:1', 'b:2'],
      KAFKA_TOPIC: 'call-events',
    }));
  it('that are invalid are all reported at once, with their descriptions', () =>
    expect(() => readConfig(schema, { PORT: '70000', KAFKA_TOPIC: 'a b' })).toThrow(
      /PORT: .*Where it listens[^]*KAFKA_TOPIC: |KAFKA_TOPIC: [^]*PORT: .*Where it listens/,
    ));
  it('are documented with their defaults, each once', () => {
    const text = renderEnvExample([
      { title: 'a', schema },
      { title: 'b', schema },
    ]);
    expect(text).toContain('# Where it listens\n#PORT=3000');
    expect(text).toContain('# Secret of the senders (or TOKEN_FILE)\n#TOKEN=');
    expect(text.match(/#KAFKA_TOPIC=/g)).toHaveLength(1);
  });
});

describe('a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'callstream-secret-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const writeSecret = (name: string, content: string | Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const validFile = writeSecret('good', 'long enough\r\n');

  it('that is set but empty is an error', () =>
    expect(() => readConfig(schema, { TOKEN: '' })).toThrow(/TOKEN: must have at least 8/));
  it('may be in a file, which may end in a line break', () => {
    expect(readConfig(schema, { TOKEN_FILE: validFile }).TOKEN).toBe('long enough');
    expect(readConfig(schema, { TOKEN_FILE: validFile, TOKEN: '' }).TOKEN).toBe('long enough');
    expect(readConfig(schema, { TOKEN_FILE: '' }).TOKEN).toBeUndefined();
  });
  it('must not be set both directly and by a file', () =>
    expect(() => readConfig(schema, { TOKEN_FILE: validFile, TOKEN: 'long enough' })).toThrow(
      'TOKEN_FILE: TOKEN is set as well',
    ));
  it.each([
    ['does not exist', join(folder, 'none'), 'cannot be read: it does not exist'],
    ['is a directory', folder, 'is not a file'],
    ['is empty', writeSecret('empty', '\n'), 'is empty'],
    ['is not UTF-8', writeSecret('bytes', new Uint8Array([0xff, 0xfe])), 'is not UTF-8'],
    ['is far too large', writeSecret('large', 'x'.repeat(1_000_001)), 'at most'],
    ['has an invalid value', writeSecret('short', 'short'), 'must have at least 8 characters'],
  ])('in a file that %s is an error that names variable and file', (_, file, problem) => {
    const read = () => readConfig(schema, { TOKEN_FILE: file });
    expect(read).toThrow(problem);
    expect(read).toThrow('TOKEN_FILE');
    expect(read).toThrow(file);
  });
  it('is never in an error message', () => {
    const read = () => readConfig(schema, { TOKEN_FILE: writeSecret('hidden', 'hidden!'), PORT: 'x' });
    expect(read).toThrow(/PORT[^]*TOKEN_FILE/);
    expect(read).not.toThrow('hidden!');
  });
});
