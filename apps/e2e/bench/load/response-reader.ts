/** Reads responses from the chunks of a connection. @returns the status of a complete response, else null */
export type ResponseReader = (chunk: Buffer) => number | null;

/** For responses with a Content-Length, and one request at a time. @throws {Error} for any other response */
export function createResponseReader(): ResponseReader {
  let text = '';
  return (chunk) => {
    // One character per byte, so that lengths can be compared.
    text += chunk.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return null;
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text.slice(0, head + 2))?.[1];
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    if (length === undefined || status === undefined)
      throw new Error(`The load generator reads only HTTP/1.1 responses with a Content-Length, not:\n${text}`);
    const missing = head + 4 + Number(length) - text.length;
    if (missing > 0) return null;
    if (missing < 0) throw new Error(`A response is longer than its Content-Length:\n${text}`);
    text = '';
    return Number(status);
  };
}
