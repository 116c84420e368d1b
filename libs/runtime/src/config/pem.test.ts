import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { createAuthority } from '@callstream/stack';
import { checkKeyPair } from './pem.ts';

it('a private key must belong to its certificate, and its password must be right', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-pem-'));
  try {
    const { issue } = await createAuthority(folder);
    const [ana, bob] = [await issue('ana'), await issue('bob')];
    const [certificate, key, otherKey] = await Promise.all(
      [ana.certificate, ana.key, bob.key].map((file) => readFile(file, 'utf8')),
    );
    const encryptedKey = createPrivateKey(key!).export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'sesame',
    }) as string;

    expect(checkKeyPair(certificate!, key!, undefined)).toBeNull();
    expect(checkKeyPair(certificate!, encryptedKey, 'sesame')).toBeNull();
    expect(checkKeyPair(certificate!, otherKey!, undefined)).toBe('is not the key of the certificate');
    expect(checkKeyPair(certificate!, encryptedKey, undefined)).toContain('is encrypted');
    expect(checkKeyPair(certificate!, encryptedKey, 'simsim')).toContain('with the password in KAFKA_SSL_KEY_PASSWORD');
    expect(checkKeyPair(certificate!, 'keystore', undefined)).toContain('BEGIN PRIVATE KEY');
  } finally {
    await rm(folder, { recursive: true });
  }
});
