import type { CommandContext } from '@callstream/runtime';
import { providerOf } from '../config.ts';
import type { DelegatorConfig } from '../config.ts';
import { createTeravoz } from '../providers/teravoz.ts';
import { openRulesFile } from '../rules/rules-file.ts';

/** Says whether the rules are right and, if it is set, whether the provider takes the credentials. @throws what is wrong */
export async function checkDelegator(config: DelegatorConfig, context: CommandContext): Promise<void> {
  context.ifStopped('It only reads: nothing has changed.');
  const rules = (await openRulesFile({ file: config.DELEGATION_RULES, log: context.log })).current();
  const provider = await checkProvider(config);
  const file = config.DELEGATION_RULES ?? 'the default rules';
  context.printResult({
    lines: [`${rules.length} rules (${file}): ${rules.map(({ name }) => name).join(', ')}`, provider.line],
    json: { rules: rules.map(({ name, destination }) => ({ name, destination })), provider: provider.state },
  });
  if (provider.state === 'failed') throw new Error(provider.line);
}

async function checkProvider(config: DelegatorConfig): Promise<{ state: 'ok' | 'off' | 'failed'; line: string }> {
  if (config.DELEGATOR_URL === undefined)
    return { state: 'off', line: 'DELEGATOR_URL is not set: the delegator is off.' };
  await using provider = createTeravoz(providerOf(config));
  const answer = await provider.check(config.DELEGATOR_TIMEOUT_MS);
  if (answer.kind === 'accepted') return { state: 'ok', line: 'The provider takes the credentials (GET /peers).' };
  return { state: 'failed', line: answer.reason };
}
