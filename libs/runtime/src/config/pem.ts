import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

/** One or more certificates in PEM, also from a file. Not a secret. */
export const certificatesEnv = (description: string) =>
  z
    .string()
    .refine(areCertificates, 'must be certificates in PEM (-----BEGIN CERTIFICATE-----), not a Java keystore')
    .optional()
    .meta({ description, file: true, good: [], bad: ['/etc/kafka/ca.pem', 'MIIC', '-----BEGIN CERTIFICATE-----'] });

const certificateBlocks = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

function areCertificates(pem: string): boolean {
  const found = certificateBlocks(pem);
  return found.length > 0 && found.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

/** What is wrong with the private key of the first certificate in `certificates`; null if it is right. */
export function checkKeyPair(certificates: string, key: string, password: string | undefined): string | null {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key, ...(password !== undefined && { passphrase: password }) });
  } catch {
    if (password !== undefined)
      return 'must be a private key in PEM, encrypted with the password in KAFKA_SSL_KEY_PASSWORD';
    return key.includes('ENCRYPTED')
      ? 'is encrypted, but KAFKA_SSL_KEY_PASSWORD is not set'
      : 'must be a private key in PEM (-----BEGIN PRIVATE KEY-----)';
  }
  const [ownCertificate = ''] = certificateBlocks(certificates);
  // An invalid certificate is reported with its own setting.
  if (!isCertificate(ownCertificate) || new X509Certificate(ownCertificate).checkPrivateKey(privateKey)) return null;
  return 'is not the key of the certificate';
}
