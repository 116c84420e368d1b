import { chmod, chown, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateFileMode } from '@callstream/files';
import type { Authority } from './certificates.ts';
import type { RunAs } from './postgres-user.ts';

const hostsWithTls = `\
hostssl all +certified all scram-sha-256 clientcert=verify-full
hostssl all all all scram-sha-256
`;

/** Makes a server accept only TLS: writes certificates and pg_hba.conf to `dataDir`. @returns its settings */
export async function enableTls(authority: Authority, dataDir: string, runAs: RunAs): Promise<string[]> {
  const own = await authority.issue('postgres', ['DNS:localhost']);
  const files = { ssl_ca_file: authority.certificate, ssl_cert_file: own.certificate, ssl_key_file: own.key };
  const settings = Object.entries(files).map(async ([name, file]) => {
    const copy = join(dataDir, name);
    await rm(copy, { force: true });
    await copyFile(file, copy);
    // Postgres refuses a key that others may read.
    await chmod(copy, privateFileMode);
    if (runAs.owner) await chown(copy, runAs.owner.uid, runAs.owner.gid);
    return `${name}=${copy}`;
  });
  const hosts = join(dataDir, 'pg_hba.conf');
  await writeFile(hosts, hostsWithTls, { mode: privateFileMode });
  if (runAs.owner) await chown(hosts, runAs.owner.uid, runAs.owner.gid);
  return ['ssl=on', `hba_file=${hosts}`, ...(await Promise.all(settings))];
}
