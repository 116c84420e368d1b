// The process that attacks: `node attacker.ts TARGET SCALE`, with a target as JSON. Prints a line of JSON before and after each attack.
import { connectionAttacks } from './connection-attacks.ts';
import type { Scale, Target } from './attack.ts';
import { requestAttacks } from './request-attacks.ts';
import type { AttackerLine } from './run-attacks.ts';
import { socketAttacks } from './socket-attacks.ts';
import { webhookAttacks } from './webhook-attacks.ts';

const print = (line: AttackerLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
// Its parent was killed.
process.once('disconnect', () => process.exit(1));

const [targetText = '', scale = 'short'] = process.argv.slice(2);
const target = JSON.parse(targetText) as Target;
const attacks = [...webhookAttacks, ...requestAttacks, ...socketAttacks, ...connectionAttacks].map((attack) => ({
  ...attack,
  ...attack.prepare(scale as Scale),
}));
print('prepared');

for (const { name, perSecondMin = 0, requests, run } of attacks) {
  let [accepted, refused] = [0, 0];
  const began = performance.now();
  let problem: string | null = null;
  try {
    await run(target, (isAccepted) => {
      if (isAccepted) accepted++;
      else refused++;
    });
  } catch (error) {
    problem = (error as Error).message;
  }
  const ms = Math.round(performance.now() - began);
  print({ attack: name, ms, problem, requests, accepted, refused, perSecondMin });
}
process.exit();
