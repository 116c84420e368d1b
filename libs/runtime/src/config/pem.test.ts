import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { createAuthority } from '@callstream/stack';
import { checkKeyPair } from './pem.ts';

it('a private key is that of its certificate, and its password the right one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-pem-'));
  try {
    const { issue } = await createAuthority(folder);
    const [ana, bob] = [await issue('ana'), await issue('bob')];
    const [certificate, key, other] = await Promise.all(
      [ana.certificate, ana.key, bob.key].map((file) => readFile(file, 'utf8')),
    );
    const locked = createPrivateKey(key!).export({
      ...{ format: 'pem', type: 'pkcs8' },
      ...{ cipher: 'aes-256-cbc', passphrase: 'sesame' },
    }) as string;

    expect(checkKeyPair(certificate!, key!, undefined)).toBeNull();
    expect(checkKeyPair(certificate!, locked, 'sesame')).toBeNull();
    expect(checkKeyPair(certificate!, other!, undefined)).toBe('is not the key of the certificate');
    expect(checkKeyPair(certificate!, locked, undefined)).toContain('has a password');
    expect(checkKeyPair(certificate!, locked, 'simsim')).toContain('with the password that is given');
    expect(checkKeyPair(certificate!, 'keystore', undefined)).toContain('BEGIN PRIVATE KEY');
  } finally {
    await rm(folder, { recursive: true });
  }
});
