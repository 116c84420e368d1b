import { certificateProblem } from './certificate-problem.ts';

const problemOf = (code: string) =>
  certificateProblem(code, { server: 'broker', trustAuthority: 'set CA_FILE.', useItsNames: 'Use its names.' });

it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])(
  'a certificate of an unknown authority (%s) names the setting that trusts it',
  (code) => {
    const problem = "The broker's certificate is not signed by a trusted certificate authority: set CA_FILE.";
    expect(problemOf(code)).toBe(problem);
  },
);

it('an expired certificate, and one of another host, have their remedies', () => {
  expect(problemOf('CERT_HAS_EXPIRED')).toBe('Renew the certificate of the broker, or of its certificate authority.');
  expect(problemOf('ERR_TLS_CERT_ALTNAME_INVALID')).toBe('Use its names.');
});

it('other errors are no problem of a certificate', () => expect(problemOf('ECONNREFUSED')).toBeUndefined());
