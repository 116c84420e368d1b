/** Codes of Node and OpenSSL for a certificate that no trusted authority has signed. */
const untrusted: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

export interface CertificateSettings {
  /** Who presents the certificate: "server", "broker". */
  readonly server: string;
  /** How to trust its authority. */
  readonly trustAuthority: string;
  /** How to connect by a name that the certificate contains. */
  readonly useItsNames: string;
}

/** Cause and remedy if the certificate of a server is refused, by the error's code; undefined for any other error. */
export function certificateProblem(
  code: string,
  { server, trustAuthority, useItsNames }: CertificateSettings,
): string | undefined {
  if (untrusted.has(code))
    return `The ${server}'s certificate is not signed by a trusted certificate authority: ${trustAuthority}`;
  if (code === 'CERT_HAS_EXPIRED') return `Renew the certificate of the ${server}, or of its certificate authority.`;
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? useItsNames : undefined;
}
