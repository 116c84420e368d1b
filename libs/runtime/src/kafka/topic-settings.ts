/** Largest batch of a topic without a setting of its own, in bytes. */
const messageBytesDefault = 1_048_588;

/** What a dead letter has beside the largest record of its topic, in bytes: headers with the reason. */
export const deadLetterOverheadBytes = 64 * 1024;

/** Settings of each topic that we create: no record is ever deleted or changed, whatever the brokers' defaults are. */
export const keptForEver = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'message.timestamp.type': 'CreateTime',
} as const;

/** Settings by name, as in effect. One that the cluster does not know is absent. */
export type TopicSettings = ReadonlyMap<string, string>;

export interface SettingDifference {
  readonly topic: string;
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
  /** What it means, with the command that sets it. */
  readonly reason: string;
}

interface SettingRule {
  readonly setting: string;
  readonly wanted: string;
  readonly isGood: (value: string, settings: TopicSettings) => boolean;
  readonly meaning: string;
}

const isTiered = (settings: TopicSettings): boolean => settings.get('remote.storage.enable') === 'true';

const localRetention = (setting: string): SettingRule => ({
  setting,
  wanted: '-2',
  // Without remote storage, and with -2, the topic's own retention counts.
  isGood: (value, settings) => !isTiered(settings) || value === '-2' || value === '-1',
  meaning: 'older records are in remote storage only, so they are lost with it',
});

const earliestTime = (setting: string): SettingRule => ({
  setting,
  wanted: String(2n ** 63n - 1n),
  isGood: (value) => Number(value) >= earliestTimeMsMin,
  meaning: 'records that are older, such as restored ones, are refused',
});
const earliestTimeMsMin = 10 * 365 * 24 * 3_600_000;

const rules: readonly SettingRule[] = [
  {
    setting: 'cleanup.policy',
    wanted: keptForEver['cleanup.policy'],
    // An empty list of policies deletes nothing either.
    isGood: (value) => value === 'delete' || value === '',
    meaning: 'Kafka deletes all but the last event of each call',
  },
  {
    setting: 'retention.ms',
    wanted: keptForEver['retention.ms'],
    isGood: (value) => value === '-1',
    meaning: 'Kafka deletes events that are older',
  },
  {
    setting: 'retention.bytes',
    wanted: keptForEver['retention.bytes'],
    isGood: (value) => value === '-1',
    meaning: 'Kafka deletes the oldest events of a partition that is larger',
  },
  localRetention('local.retention.ms'),
  localRetention('local.retention.bytes'),
  {
    setting: 'remote.log.delete.on.disable',
    wanted: 'false',
    isGood: (value, settings) => !isTiered(settings) || value === 'false',
    meaning: 'all records in remote storage are deleted when remote.storage.enable becomes false',
  },
  {
    setting: 'message.timestamp.type',
    wanted: keptForEver['message.timestamp.type'],
    isGood: (value) => value === 'CreateTime',
    meaning: 'Kafka replaces the timestamps of records, so restored ones look new',
  },
  earliestTime('message.timestamp.before.max.ms'),
  earliestTime('message.timestamp.difference.max.ms'),
  {
    setting: 'max.message.bytes',
    wanted: String(messageBytesDefault),
    isGood: (value) => Number(value) >= messageBytesDefault,
    meaning: 'webhooks that do not fit are refused with 413',
  },
];

/** Settings of a topic with which records may be deleted, changed or refused. */
export function settingDifferences(topic: string, settings: TopicSettings): SettingDifference[] {
  return rules.flatMap(({ setting, wanted, isGood, meaning }) => {
    const found = settings.get(setting);
    if (found === undefined || isGood(found, settings)) return [];
    return [differenceOf({ topic, setting, found, wanted, meaning })];
  });
}

/** The DLQ must take the largest record of its topic, with the reason; otherwise it gets a reference to the record. */
export function deadLetterSizeDifference(
  settings: TopicSettings,
  dlq: { readonly topic: string; readonly settings: TopicSettings },
): SettingDifference[] {
  const setting = 'max.message.bytes';
  const found = messageBytesMaxOf(dlq.settings);
  if (found > messageBytesMaxOf(settings)) return [];
  // A topic whose limit is too low should get the default.
  const wanted = String(Math.max(messageBytesMaxOf(settings), messageBytesDefault) + deadLetterOverheadBytes);
  const meaning = 'the largest events do not fit as dead letters, which have only a reference to them then';
  return [differenceOf({ topic: dlq.topic, setting, found: String(found), wanted, meaning })];
}

export const messageBytesMaxOf = (settings: TopicSettings): number =>
  Number(settings.get('max.message.bytes') ?? messageBytesDefault);

function differenceOf({
  meaning,
  ...difference
}: Omit<SettingDifference, 'reason'> & { readonly meaning: string }): SettingDifference {
  const { topic, setting, found, wanted } = difference;
  const command = `kafka-configs.sh --bootstrap-server "$KAFKA_BROKERS" --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${wanted}`;
  return {
    ...difference,
    reason: `${setting} is ${found === '' ? 'empty' : found}: ${meaning}. Set it to ${wanted}: ${command}`,
  };
}
