/** Ends the process if `stream` cannot be written: with 0 if its reader, such as `head`, ended first. */
export function endOnBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // E.g. a full disk.
    process.stderr.write(`Standard output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}
