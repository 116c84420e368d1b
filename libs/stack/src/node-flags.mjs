/**
 * Flags of Node for what needs other ones than Node's default. docker/Dockerfile has the same (a test compares them). In
 * JavaScript, as tools/run.mjs runs under any Node.
 */
const rules = [
  {
    // A backlog makes short-lived garbage, for which V8 would grow the young generation to 128 MB, and the old one to several
    // times of what lives: 230 MB of memory instead of 380, for a few percent of speed. Not for ingest, which would lose a quarter
    // of its speed by the first. Commands get Node's default.
    scripts: 'apps/projector/',
    command: 'run',
    flags: ['--max-semi-space-size=8', '--heap-growing-percent=100'],
  },
  { scripts: 'apps/asterisk/', flags: ['--max-semi-space-size=8'] },
  {
    // It must not stop for long, and what it reads once a second lives long: scavenges of V8's default young generation took up
    // to 50 ms. With a heap that grows by its own size between two full collections, there are half as many: V8 makes one for
    // every 8 MB, such as five events of a megabyte.
    scripts: 'apps/gateway/src/main.ts',
    flags: ['--max-semi-space-size=4', '--heap-growing-percent=100'],
  },
];

export const nodeFlagsOf = ([script = '', command = 'run']) => [
  '--disable-warning=ExperimentalWarning',
  ...rules
    .filter((rule) => script.startsWith(rule.scripts) && (rule.command ?? command) === command)
    .flatMap(({ flags }) => flags),
];
