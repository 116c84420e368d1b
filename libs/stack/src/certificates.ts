import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its private key, as PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** The CA certificate, a PEM file. */
  readonly certificate: string;
  /** Issues a certificate with the CN `name`; for a server, with `hosts` as its SANs (`DNS:localhost`, `IP:127.0.0.1`). */
  readonly issue: (name: string, hosts?: readonly string[]) => Promise<Certificate>;
}

/** Creates a certificate authority (CA) for tests in `folder`. Needs `openssl`. */
export async function createAuthority(folder: string): Promise<Authority> {
  await mkdir(folder, { recursive: true });
  const file = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const certificate = file('authority.pem');
  const authorityKey = file('authority.key');
  const authority = ['-x509', '-days', '2', '-subj', '/CN=callstream test authority', '-out', certificate];
  await openssl(['req', ...authority, ...newKey, '-keyout', authorityKey]);

  const issue = async (name: string, hosts: readonly string[] = []): Promise<Certificate> => {
    const [key, request, signed, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) => file(`${name}.${end}`)) as [
      string,
      string,
      string,
      string,
    ];
    await openssl(['req', '-new', '-subj', `/CN=${name}`, ...newKey, '-keyout', key, '-out', request]);
    await writeFile(extensions, hosts.length === 0 ? '' : `subjectAltName=${hosts.join(',')}\n`);
    const by = ['-CA', certificate, '-CAkey', authorityKey, '-CAcreateserial', '-extfile', extensions];
    await openssl(['x509', '-req', '-days', '2', '-in', request, ...by, '-out', signed]);
    return { certificate: signed, key };
  };
  return { certificate, issue };
}

/** Key and certificate in one text: a PEM keystore of Kafka. */
export const keystore = async ({ certificate, key }: Certificate): Promise<string> =>
  `${await readFile(key, 'utf8')}${await readFile(certificate, 'utf8')}`;

async function openssl(args: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', [...args]).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new Error('The TLS tests need `openssl`, which is not on the PATH. Install it.')
      : new Error(message);
  });
}
