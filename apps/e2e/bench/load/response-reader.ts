/** Reads one answer after the other from the bytes of a connection; returns its status once all of it is there. */
export type ResponseReader = (chunk: Buffer) => number | null;

/** Only for answers with a Content-Length, and one request at a time. @throws {Error} for any other answer */
export function createResponseReader(): ResponseReader {
  let text = '';
  return (chunk) => {
    // A character for each byte.
    text += chunk.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return null;
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text.slice(0, head + 2))?.[1];
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    if (length === undefined || status === undefined)
      throw new Error(`The load generator reads only HTTP/1.1 answers with a Content-Length, not:\n${text}`);
    const missing = head + 4 + Number(length) - text.length;
    if (missing > 0) return null;
    if (missing < 0) throw new Error(`An answer is longer than its Content-Length:\n${text}`);
    text = '';
    return Number(status);
  };
}
