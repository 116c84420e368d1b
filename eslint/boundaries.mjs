const only = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });
const libs = ['domain', 'contracts', 'tables', 'runtime', 'resilience', 'files', 'spool', 'stack', 'client'];
const anyLib = libs.map((lib) => `lib:${lib}`);

/** Dependencies point one way. Tests may also depend on libs/stack, for a real Kafka and Postgres. */
export const boundaries = (...alsoForTests) => [
  'error',
  {
    allow: [],
    enforceBuildableLibDependency: false,
    depConstraints: [
      only('lib:domain', ...alsoForTests),
      only('lib:contracts', 'lib:domain', ...alsoForTests),
      only('lib:tables', 'lib:domain', 'lib:resilience', ...alsoForTests),
      only('lib:runtime', 'lib:resilience', ...alsoForTests),
      only('lib:spool', 'lib:files', 'lib:resilience', 'lib:runtime', ...alsoForTests),
      only('lib:resilience'),
      only('lib:files'),
      only('lib:stack', 'lib:files'),
      only('lib:client', 'lib:domain', 'lib:contracts', 'lib:resilience', ...alsoForTests),
      only('app:simulator', 'lib:contracts', 'lib:runtime', 'lib:resilience', ...alsoForTests),
      only(
        'app:asterisk',
        'lib:contracts',
        'lib:domain',
        'lib:resilience',
        'lib:runtime',
        'lib:spool',
        ...alsoForTests,
      ),
      only(
        'app:delegator',
        'lib:contracts',
        'lib:domain',
        'lib:resilience',
        'lib:runtime',
        'lib:tables',
        ...alsoForTests,
      ),
      only('app:ingest', ...anyLib),
      only('app:projector', ...anyLib),
      only('app:gateway', ...anyLib),
      only('app:watch', 'lib:client', 'lib:contracts', 'lib:domain', 'lib:runtime', 'lib:resilience', ...alsoForTests),
      only('app:dashboard', 'lib:client', 'lib:contracts', 'lib:domain', 'lib:resilience', ...alsoForTests),
      only('app:e2e', ...anyLib),
      only('tools', 'lib:files', 'lib:runtime', 'lib:resilience', 'lib:stack'),
    ],
  },
];
