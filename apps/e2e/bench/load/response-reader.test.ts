import { createResponseReader } from './response-reader.ts';

const answer = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('the reader of answers', () => {
  it('returns the status of each answer that is complete', () => {
    const read = createResponseReader();
    expect(read(Buffer.from(answer('200 OK', '{}')))).toBe(200);
    expect(read(Buffer.from(answer('503 Service Unavailable', '{"status":"error"}')))).toBe(503);
    expect(read(Buffer.from(answer('202 Accepted', '')))).toBe(202);
  });
  it('puts an answer together wherever it was cut, also within a character', () => {
    const bytes = Buffer.from(answer('200 OK', '{"name":"João"}'));
    for (let cut = 1; cut < bytes.length; cut++) {
      const read = createResponseReader();
      expect(read(bytes.subarray(0, cut))).toBeNull();
      expect(read(bytes.subarray(cut))).toBe(200);
    }
  });
  it('refuses an answer without a length, and one that is longer than it says', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(() => createResponseReader()(Buffer.from(chunked))).toThrow('only HTTP/1.1 answers with a Content-Length');
    expect(() => createResponseReader()(Buffer.from(`${answer('200 OK', '{}')}HTTP`))).toThrow('longer than');
  });
});
