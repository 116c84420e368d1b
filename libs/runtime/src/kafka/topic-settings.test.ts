import { deadLetterSizeDifference, keptForEver, settingDifferences } from './topic-settings.ts';

const found = (settings: Readonly<Record<string, string>>): string[] =>
  settingDifferences('calls', new Map(Object.entries({ ...keptForEver, ...settings }))).map(({ reason }) => reason);

describe('the settings of a topic', () => {
  it.each<Readonly<Record<string, string>>>([
    {},
    { 'cleanup.policy': '' },
    { 'max.message.bytes': '2000000', 'message.timestamp.before.max.ms': '9223372036854775807' },
    { 'local.retention.ms': '1000', 'local.retention.bytes': '1', 'remote.log.delete.on.disable': 'true' },
    { 'remote.storage.enable': 'true', 'local.retention.ms': '-2', 'local.retention.bytes': '-1' },
  ])('are good with %j', (settings) => expect(found(settings)).toEqual([]));

  it.each<[Readonly<Record<string, string>>, RegExp]>([
    [{ 'cleanup.policy': 'compact' }, /all but the last event.*--add-config cleanup.policy=delete$/],
    [{ 'cleanup.policy': 'compact,delete' }, /cleanup\.policy is compact,delete/],
    [{ 'retention.ms': '604800000' }, /deletes events.*retention\.ms=-1$/],
    [{ 'retention.bytes': '1000' }, /partition that is larger.*--entity-name calls .*retention\.bytes=-1$/],
    [{ 'remote.storage.enable': 'true', 'local.retention.ms': '1000' }, /remote storage only/],
    [{ 'remote.storage.enable': 'true', 'local.retention.bytes': '1' }, /local\.retention\.bytes=-2$/],
    [{ 'remote.storage.enable': 'true', 'remote.log.delete.on.disable': 'true' }, /are deleted when/],
    [{ 'message.timestamp.type': 'LogAppendTime' }, /replaces the timestamps.*CreateTime$/],
    [{ 'message.timestamp.before.max.ms': '3600000' }, /refused/],
    [{ 'max.message.bytes': '65536' }, /refused with 413.*max\.message\.bytes=1048588$/],
  ])('%j is named with its meaning and the command that cures it', (settings, reason) =>
    expect(found(settings)).toEqual([expect.stringMatching(reason)]),
  );

  it('let the DLQ take the largest record, also where a cluster does not state a size', () => {
    const dlq = (bytes: string) => ({ topic: 'calls-dlq', settings: new Map([['max.message.bytes', bytes]]) });
    expect(deadLetterSizeDifference(new Map(), dlq('1114124'))).toEqual([]);
    expect(deadLetterSizeDifference(new Map(), { topic: 'calls-dlq', settings: new Map() })).toEqual([
      expect.objectContaining({ topic: 'calls-dlq', found: '1048588', wanted: '1114124' }),
    ]);
  });
});
