import { jest } from '@jest/globals';
import { connectKafka } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { testKafkaBrokers, until } from '@callstream/stack';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

jest.setTimeout(90_000);

type Consumer = ReturnType<Kafka['consumer']>;

let world: ProjectorFixture;
beforeAll(async () => {
  world = await createFixture();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A client whose consumer of the projector's group can be taken hold of. */
function kafkaWithConsumer(): { kafka: Kafka; consumer: () => Consumer } {
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'projector-test', log: silent });
  const create = kafka.consumer.bind(kafka);
  let consumer: Consumer | undefined;
  kafka.consumer = (config) => {
    const created = create(config);
    if (config.groupId.startsWith('projector-')) consumer = created;
    return created;
  };
  const taken = (): Consumer => {
    if (!consumer) throw new Error('There is no consumer yet.');
    return consumer;
  };
  return { kafka, consumer: taken };
}

it('idle for many polls, and then one event: it is projected', async () => {
  const { kafka, consumer } = kafkaWithConsumer();
  await using projector = await startProjector(world, { kafka, stallMs: 2_000 });
  let polls = 0;
  consumer().on('consumer.fetch', () => polls++);
  // Longer than a stall would be, too: nothing to do is no lack of progress.
  await until(() => polls > 20, { timeoutMs: 60_000, onTimeout: () => new Error(`${polls} polls`) });
  await world.put({ value: event('late') });
  await world.expectFold();
  await projector.says(null);
});

it('kafkajs stops without a word: the projector ends and says so, and the next one goes on', async () => {
  const { kafka, consumer } = kafkaWithConsumer();
  {
    await using projector = await startProjector(world, { kafka, stallMs: 3_000 });
    await world.put({ value: event('before') });
    await world.projected();
    await consumer().stop();
    await world.put({ value: event('unheard') });
    await expect(projector.failure).rejects.toThrow(
      /No progress for \d+ s: partition 0 stays at offset \d+ while 1 records wait.*Ending, to be started again/,
    );
  }
  await using _next = await startProjector(world);
  await world.expectFold();
});

it('a statement hangs: first it is not ready, then it ends', async () => {
  const other = await world.db.connect();
  await other.query('begin; select from positions where partition = 1 for update');
  {
    await using projector = await startProjector(world, { stallMs: 13_000 });
    await world.put({ value: event('stuck'), partition: 1 }, { value: event('not stuck') });
    const failure = expect(projector.failure).rejects.toThrow(/partition 1 stays at offset/);
    await projector.says(/^No progress for \d+ s: partition 1 stays/);
    await failure;
    // Its connection would not end before that.
    await other.query('rollback');
    other.release();
  }
  await using _next = await startProjector(world);
  await world.expectFold();
});
