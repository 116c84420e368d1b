// The process that attacks: `node attacker.ts TARGET SCALE`, with a target as JSON. Prints a line of JSON for each attack.
import { connectionAttacks } from './connection-attacks.ts';
import type { Scale, Target } from './attack.ts';
import { requestAttacks } from './request-attacks.ts';
import { socketAttacks } from './socket-attacks.ts';
import { webhookAttacks } from './webhook-attacks.ts';

const [targetText = '', scale = 'short'] = process.argv.slice(2);
const target = JSON.parse(targetText) as Target;

for (const { name, run } of [...webhookAttacks, ...requestAttacks, ...socketAttacks, ...connectionAttacks]) {
  const began = performance.now();
  let problem: string | null = null;
  try {
    await run(target, scale as Scale);
  } catch (error) {
    problem = (error as Error).message;
  }
  process.stdout.write(`${JSON.stringify({ attack: name, ms: Math.round(performance.now() - began), problem })}\n`);
}
