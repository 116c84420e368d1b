import { chmod, chown, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateFileMode } from '@callstream/files';
import type { Authority } from './certificates.ts';
import type { RunAs } from './postgres-user.ts';

const hostsWithTls = `\
hostssl all +certified all scram-sha-256 clientcert=verify-full
hostssl all all all scram-sha-256
`;

/** Has a server speak TLS, and only TLS: puts what that needs into `dataDir`. @returns its settings */
export async function enableTls(authority: Authority, dataDir: string, runAs: RunAs): Promise<string[]> {
  const own = await authority.issue('postgres', ['DNS:localhost']);
  const files = { ssl_ca_file: authority.certificate, ssl_cert_file: own.certificate, ssl_key_file: own.key };
  const settings = Object.entries(files).map(async ([name, file]) => {
    const copy = join(dataDir, name);
    await rm(copy, { force: true });
    await copyFile(file, copy);
    // Of a key that others may read, it makes no use.
    await chmod(copy, privateFileMode);
    if (runAs.owner) await chown(copy, runAs.owner.uid, runAs.owner.gid);
    return `${name}=${copy}`;
  });
  const hosts = join(dataDir, 'pg_hba.conf');
  await writeFile(hosts, hostsWithTls, { mode: privateFileMode });
  if (runAs.owner) await chown(hosts, runAs.owner.uid, runAs.owner.gid);
  return ['ssl=on', `hba_file=${hosts}`, ...(await Promise.all(settings))];
}
