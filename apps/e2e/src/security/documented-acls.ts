import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { KafkaAcl } from '@callstream/runtime/testing';

const guide = join(import.meta.dirname, '../../../../docs/guides/own-servers.md');

/** The ACLs of docs/guides/own-servers.md: its lines `acls <user> …` with options of kafka-acls.sh. */
export async function documentedAcls(): Promise<KafkaAcl[]> {
  const lines = (await readFile(guide, 'utf8')).split('\n').filter((line) => /^acls \S/.test(line));
  return lines.flatMap((line) => {
    const { values, positionals } = parseArgs({
      args: line.split(/\s+/).slice(1),
      allowPositionals: true,
      options: {
        operation: { type: 'string', multiple: true, default: [] },
        topic: { type: 'string', multiple: true, default: [] },
        group: { type: 'string', multiple: true, default: [] },
        'resource-pattern-type': { type: 'string', default: 'literal' },
      },
    });
    const resources = [
      ...values.topic.map((name) => ({ resource: 'topic' as const, name })),
      ...values.group.map((name) => ({ resource: 'group' as const, name })),
    ];
    return resources.flatMap((resource) =>
      values.operation.map((operation) => ({
        ...resource,
        isPrefix: values['resource-pattern-type'] === 'prefixed',
        user: positionals[0] ?? '',
        operation: operation as KafkaAcl['operation'],
      })),
    );
  });
}
