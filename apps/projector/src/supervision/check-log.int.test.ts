import { jest } from '@jest/globals';
import { projectionVersion } from '@callstream/domain';
import { ensureTopics, withAdmin } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { readRows } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

jest.setTimeout(90_000);

let world: ProjectorFixture;
beforeEach(async () => {
  world = await createFixture();
});
afterEach(() => world[Symbol.asyncDispose]());

const records = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ value: event(`call ${i}`), partition: i % 2 }));

/** The tables have `count` records of the log. */
async function project(count: number): Promise<void> {
  await world.put(...records(count));
  await using _projector = await startProjector(world);
  await world.projected();
}

async function makeAnew(partitions = 2): Promise<void> {
  const { kafka, topic } = world;
  await withAdmin(kafka, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => !(await admin.listTopics()).includes(topic), {
      timeoutMs: 20_000,
      onTimeout: () => new Error('not deleted'),
    });
  });
  await ensureTopics(kafka, { topic, partitions, log: silent });
}

const deleteBefore = (offset: number) =>
  withAdmin(world.kafka, async (admin) => {
    await admin.fetchTopicOffsets(world.topic);
    await admin.deleteTopicRecords({ topic: world.topic, partitions: [{ partition: 0, offset: String(offset) }] });
  });

const rebuild = /npm run projector -- rebuild/;

describe('a start is refused, with what happened and what mends it, when', () => {
  it('the topic was made anew and has as many records again', async () => {
    await project(20);
    await makeAnew();
    await world.put(...records(30));
    const before = await readRows(world.db);
    await expect(startProjector(world)).rejects.toThrow(/Record 9 of partition 0 .* is not the one that was projected/);
    await expect(startProjector(world)).rejects.toThrow(rebuild);
    expect(await readRows(world.db)).toEqual(before);
  });
  it('the log ends before the position', async () => {
    await project(20);
    await makeAnew();
    await world.put(...records(4));
    await expect(startProjector(world)).rejects.toThrow(/ends at offset 2, but it was projected up to 10.*rebuild/);
  });
  it('the log begins past the position', async () => {
    await project(2);
    await world.put(...records(10));
    await deleteBefore(3);
    await expect(startProjector(world)).rejects.toThrow(/begins at offset 3, but .* only up to 1.*retention.*rebuild/);
  });
  it('the topic has another number of partitions', async () => {
    await project(2);
    await withAdmin(world.kafka, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: world.topic, count: 3 }] }),
    );
    await expect(startProjector(world)).rejects.toThrow(/3 partitions and the tables know 2.*rebuild/);
  });
  it('the topic is gone, or was never there', async () => {
    await project(4);
    await withAdmin(world.kafka, (admin) => admin.deleteTopics({ topics: [world.topic] }));
    await expect(startProjector(world)).rejects.toThrow(/no topic .* any more, though 4 records.*rebuild/);
    await world.db.query('update positions set next_offset = 0');
    await expect(startProjector(world)).rejects.toThrow(/There is no topic.*npm run projector -- topics/);
  });
  it('the tables are of other rules, of another topic, or have no positions', async () => {
    await world.db.query('update positions set projection_version = 99');
    await expect(startProjector(world)).rejects.toThrow(/version 99.*rebuild/);
    await world.db.query(`update positions set projection_version = ${projectionVersion}, topic = 'other'`);
    await expect(startProjector(world)).rejects.toThrow(/KAFKA_TOPIC=other/);
    await world.db.query('truncate positions');
    await expect(startProjector(world)).rejects.toThrow(/npm run projector -- migrate/);
  });
});

it('starts when only what it has applied was deleted: nothing is missing', async () => {
  await project(4);
  await deleteBefore(2);
  await using _projector = await startProjector(world);
  await world.put({ value: event('after') });
  await world.projected();
});

describe('while it runs, it stops, and applies nothing of the other log, when', () => {
  // Filled past the position before anybody has looked, it would not be noticed: kafkajs knows no topic ids.
  it('the topic is deleted and made anew, and then gets more records than it had applied', async () => {
    await using projector = await startProjector(world);
    await world.put(...records(4));
    await world.expectFold();
    const before = await readRows(world.db);
    const failure = expect(projector.failure).rejects.toThrow(/made anew.*rebuild/);
    await makeAnew();
    await failure;
    await world.put(...records(200));
    expect(await readRows(world.db)).toEqual(before);
    await expect(startProjector(world)).rejects.toThrow(/made anew.*rebuild/);
  });
  it('the topic is deleted', async () => {
    await using projector = await startProjector(world);
    await world.put(...records(4));
    await world.projected();
    await withAdmin(world.kafka, (admin) => admin.deleteTopics({ topics: [world.topic] }));
    await expect(projector.failure).rejects.toThrow(/no topic .* any more/);
  });
  it('the tables become those of other rules', async () => {
    await using projector = await startProjector(world);
    await world.db.query('update positions set projection_version = 99');
    await expect(projector.failure).rejects.toThrow(/version 99.*rebuild/);
  });
  it('it gets more partitions', async () => {
    await using projector = await startProjector(world);
    await world.put(...records(4));
    await world.projected();
    await withAdmin(world.kafka, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: world.topic, count: 3 }] }),
    );
    await expect(projector.failure).rejects.toThrow(/3 partitions and the tables know 2.*rebuild/);
  });
});
