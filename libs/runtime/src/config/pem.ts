import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

/** One certificate or several, in PEM. May be given by a file, and is no secret. */
export const certificatesEnv = (description: string) =>
  z
    .string()
    .refine(areCertificates, 'must be certificates in PEM (-----BEGIN CERTIFICATE-----); a Java keystore is none')
    .optional()
    .meta({ description, file: true });

const blocks = (pem: string): string[] => pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

function areCertificates(pem: string): boolean {
  const found = blocks(pem);
  return found.length > 0 && found.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

/** What is wrong with the private key of a certificate (the first one of `certificates`); null if nothing is. */
export function checkKeyPair(certificates: string, key: string, password: string | undefined): string | null {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key, ...(password !== undefined && { passphrase: password }) });
  } catch {
    if (password !== undefined) return 'must be a private key in PEM, with the password that is given';
    return key.includes('ENCRYPTED')
      ? 'has a password, and KAFKA_SSL_KEY_PASSWORD is not set'
      : 'must be a private key in PEM (-----BEGIN PRIVATE KEY-----)';
  }
  const [own = ''] = blocks(certificates);
  // What is no certificate has been said already.
  if (!isCertificate(own) || new X509Certificate(own).checkPrivateKey(privateKey)) return null;
  return 'is not the key of the certificate';
}
