import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTokenProvider } from './oauth-token.ts';

interface EndpointAnswer {
  readonly status: number;
  readonly body: string;
  /** The connection is closed before the end of the body. */
  readonly isCut?: boolean;
}

const token = (value: string, expires_in = 3600): EndpointAnswer => ({
  status: 200,
  body: JSON.stringify({ access_token: value, token_type: 'Bearer', expires_in }),
});

/** A token endpoint that answers what `next` says. */
async function startEndpoint() {
  const requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  const endpoint = { requests, next: (): EndpointAnswer => token('t') };
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      requests.push({ headers: request.headers, body: chunks.join('') });
      const { status, body, isCut = false } = endpoint.next();
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
      if (isCut) response.write(body.slice(1), () => response.destroy());
      else response.end(body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(endpoint, {
    client: {
      mechanism: 'oauthbearer' as const,
      tokenUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'call:stream',
      clientSecret: 's c+t%',
      scope: 'kafka',
      extensions: { logicalCluster: 'lkc-1' },
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}

describe('a token for Kafka', () => {
  it('is got by the client credentials grant, once for all connections, and again before it expires', async () => {
    await using endpoint = await startEndpoint();
    let now = 0;
    const provide = createTokenProvider(endpoint.client, () => now);
    const [first] = await Promise.all([provide(), provide()]);
    expect(first).toBe('t');
    expect(endpoint.requests.map(({ body }) => body)).toEqual(['grant_type=client_credentials&scope=kafka']);
    const credentials = Buffer.from('call%3Astream:s+c%2Bt%25').toString('base64');
    expect(endpoint.requests[0]?.headers.authorization).toBe(`Basic ${credentials}`);

    endpoint.next = () => token('second');
    now = 3_539_000;
    expect(await provide()).toBe('t');
    now = 3_541_000;
    expect(await provide()).toBe('second');
  });

  it('of a short life is asked for again at half of it, and stays while the endpoint fails, until it expires', async () => {
    await using endpoint = await startEndpoint();
    let now = 0;
    endpoint.next = () => token('short', 20);
    const provide = createTokenProvider(endpoint.client, () => now);
    await provide();
    now = 9_000;
    await provide();
    expect(endpoint.requests).toHaveLength(1);
    endpoint.next = () => ({ status: 503, body: '' });
    now = 11_000;
    expect(await provide()).toBe('short');
    expect(endpoint.requests).toHaveLength(2);
    now = 21_000;
    await expect(provide()).rejects.toThrow(/503\. It is unavailable or busy/);
  });

  it.each<[string, EndpointAnswer, boolean, RegExp]>([
    [
      'a wrong secret',
      { status: 401, body: '{"error":"invalid_client"}' },
      false,
      /401 \(invalid_client\).*CLIENT_SECRET/,
    ],
    [
      'a wrong scope',
      { status: 400, body: '{"error":"invalid_scope","error_description":"no"}' },
      false,
      /\(invalid_scope: no\)\. Check KAFKA_OAUTH_SCOPE\./,
    ],
    ['a wrong path', { status: 404, body: '<html>' }, false, /404\. Check the path of KAFKA_OAUTH_TOKEN_URL/],
    ['tokens of a second', token('t', 1), false, /expire after 1 s: let them live for at least 12 s/],
    ['a page', { status: 200, body: '<html>' }, false, /without a bearer token.*token_endpoint/],
    [
      'another type of token',
      { status: 200, body: '{"access_token":"x","token_type":"mac"}' },
      false,
      /without a bearer/,
    ],
    ['a busy endpoint', { status: 429, body: '' }, true, /429/],
    ['an answer that is cut off', { ...token('t'), isCut: true }, true, /KAFKA_OAUTH_TOKEN_URL does not answer/],
  ])('is refused for %s, with the remedy', async (_, answer, retriable, message) => {
    await using endpoint = await startEndpoint();
    endpoint.next = () => answer;
    const failure = await createTokenProvider(endpoint.client)().catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ retriable, message: expect.stringMatching(message) as string });
    expect(String(failure)).not.toContain('s c+t%');
  });

  it('may be asked for again if nothing answers', async () => {
    const { client } = await (async () => {
      await using endpoint = await startEndpoint();
      return endpoint;
    })();
    await expect(createTokenProvider(client)()).rejects.toMatchObject({
      retriable: true,
      message: expect.stringMatching(/KAFKA_OAUTH_TOKEN_URL does not answer: .*ECONNREFUSED/) as string,
    });
  });
});
