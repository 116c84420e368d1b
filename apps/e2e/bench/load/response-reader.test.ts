import { createResponseReader } from './response-reader.ts';

const response = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('the response reader', () => {
  it('the response reader returns the status of each complete response', () => {
    const read = createResponseReader();
    expect(read(Buffer.from(response('200 OK', '{}')))).toBe(200);
    expect(read(Buffer.from(response('503 Service Unavailable', '{"status":"error"}')))).toBe(503);
    expect(read(Buffer.from(response('202 Accepted', '')))).toBe(202);
  });
  it('the response reader joins chunks wherever a response is split, even within a character', () => {
    const bytes = Buffer.from(response('200 OK', '{"name":"João"}'));
    for (let cut = 1; cut < bytes.length; cut++) {
      const read = createResponseReader();
      expect(read(bytes.subarray(0, cut))).toBeNull();
      expect(read(bytes.subarray(cut))).toBe(200);
    }
  });
  it('the response reader rejects a response without or longer than its Content-Length', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(() => createResponseReader()(Buffer.from(chunked))).toThrow('only HTTP/1.1 responses with a Content-Length');
    expect(() => createResponseReader()(Buffer.from(`${response('200 OK', '{}')}HTTP`))).toThrow('longer than');
  });
});
