// The HEALTHCHECK of the images: exits with 0 if the service is ready. `docker inspect` shows its output.
// Its argument is the name of the variable with the port.
const port = process.env[process.argv[2] ?? ''];
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(8_000) });
  console.log((await answer.text()).trim());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`/readyz on port ${port} does not answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
