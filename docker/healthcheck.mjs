// The HEALTHCHECK of the images: exit code 0 if the service of this container is ready; what it says stands in `docker inspect`.
// Its argument names the variable that has the port.
const port = process.env[process.argv[2] ?? ''];
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(8_000) });
  console.log((await answer.text()).trim());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`Port ${port} does not answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
