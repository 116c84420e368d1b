import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withAdmin } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const guide = join(import.meta.dirname, '../../../../docs/guides/own-servers.md');

const operations = {
  Create: AclOperationTypes.CREATE,
  Delete: AclOperationTypes.DELETE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
} as const;

/** The ACLs of docs/guides/own-servers.md: its lines `acls <user> …` with options of kafka-acls.sh. */
export async function documentedAcls(): Promise<AclEntry[]> {
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
    const { LITERAL, PREFIXED } = ResourcePatternTypes;
    const resources = [
      ...values.topic.map((name) => ({ resourceType: AclResourceTypes.TOPIC, resourceName: name })),
      ...values.group.map((name) => ({ resourceType: AclResourceTypes.GROUP, resourceName: name })),
    ];
    return resources.flatMap((resource) =>
      values.operation.map((operation) => ({
        ...resource,
        resourcePatternType: values['resource-pattern-type'] === 'prefixed' ? PREFIXED : LITERAL,
        principal: `User:${positionals[0] ?? ''}`,
        host: '*',
        operation: operations[operation as keyof typeof operations],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    );
  });
}

export const grant = (kafka: Kafka, acl: AclEntry[]): Promise<boolean> =>
  withAdmin(kafka, (admin) => admin.createAcls({ acl }));

export const revoke = async (kafka: Kafka, acl: AclEntry[]): Promise<void> => {
  await withAdmin(kafka, (admin) => admin.deleteAcls({ filters: acl }));
};
