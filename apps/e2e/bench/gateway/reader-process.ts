// A process with the reading sockets, controlled over the IPC channel of its parent.
import { ReaderGroup } from './reader-group.ts';
import type { ReaderCommand } from './reader-commands.ts';

const groups = new Map<string, ReaderGroup>();

process.on('message', ({ id, command }: { id: number; command: ReaderCommand }) => {
  run(command).then(
    (reply) => process.send?.({ id, reply }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());

async function run(command: ReaderCommand): Promise<unknown> {
  if (command.do === 'cpu') return (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  const group = groups.get(command.group) ?? new ReaderGroup();
  groups.set(command.group, group);
  switch (command.do) {
    case 'open':
      return group.open(command.port, command.sockets, command.subscribe);
    case 'reopen':
      return group.reopen(command.port);
    case 'expect':
      return group.expect({ round: command.round, calls: command.calls });
    case 'expect-frames':
      return group.expect({ round: command.round, frames: command.frames });
    case 'complete':
      return group.complete();
    case 'close':
      return group.close();
  }
}
