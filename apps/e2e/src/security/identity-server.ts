import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Life of its tokens, in seconds: the shortest that is accepted, so that clients of Kafka authenticate again soon. */
const tokenSeconds = 12;

/** An OAuth 2.0 server with the client credentials grant; the audience of a token is the scope that was asked for. */
export interface IdentityServer extends AsyncDisposable {
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  readonly issuer: string;
  /** Number of tokens so far. */
  readonly issued: () => number;
}

const base64 = (value: object | Buffer): string =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url');

/** `secrets`: by client id, which is the `sub` of its tokens. */
export async function startIdentityServer(secrets: Readonly<Record<string, string>>): Promise<IdentityServer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' };
  let issued = 0;
  let issuer = '';
  const tokenOf = (subject: string, audience: string): string => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, sub: subject, aud: audience, iat: now, exp: now + tokenSeconds, jti: randomUUID() };
    const signed = `${base64({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${base64(claims)}`;
    return `${signed}.${base64(sign('RSA-SHA256', Buffer.from(signed), privateKey))}`;
  };
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: object }> => {
    if (request.url === '/jwks') return { status: 200, body: { keys: [key] } };
    const [client = '', secret] = credentialsOf(request);
    const form = new URLSearchParams((await request.toArray()).join(''));
    if (form.get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    if (secrets[client] !== secret) return { status: 401, body: { error: 'invalid_client' } };
    issued++;
    const access_token = tokenOf(client, form.get('scope') ?? '');
    return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: tokenSeconds } };
  };
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tokenUrl: `${issuer}/token`,
    jwksUrl: `${issuer}/jwks`,
    issuer,
    issued: () => issued,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Of the header of RFC 6749, 2.3.1: both are form-encoded. */
function credentialsOf({ headers }: IncomingMessage): string[] {
  const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(encoded, 'base64')
    .toString()
    .split(':')
    .map((part) => new URLSearchParams(`x=${part}`).get('x') ?? '');
}
