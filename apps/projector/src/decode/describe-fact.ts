import type { FactJson, Kind } from '@callstream/domain';
import { isKind } from '@callstream/domain';

const agent = ({ actor, number }: FactJson): string =>
  actor ?? (number === undefined ? 'an agent' : `extension ${number}`);
const phone = ({ number }: FactJson): string => (number === undefined ? 'a phone' : `the phone ${number}`);
const queue = ({ queue: name }: FactJson): string => (name === undefined ? 'a queue' : `the queue ${name}`);
const toQueue = ({ queue: name }: FactJson): string => (name === undefined ? '' : ` to ${name}`);
const ofQueue = ({ queue: name }: FactJson): string => (name === undefined ? '' : ` of ${name}`);
const inQueue = ({ queue: name }: FactJson): string => (name === undefined ? '' : ` in ${name}`);

function begins({ direction = 'unknown direction', their_number, our_number }: FactJson): string {
  const numbers = direction === 'inbound' ? [their_number, our_number] : [our_number, their_number];
  return `the call begins (${direction}), from ${numbers[0] ?? 'an unknown number'} to ${numbers[1] ?? 'an unknown number'}`;
}

/** What a fact of a kind means, in words. */
const descriptions: Record<Kind, (fact: FactJson) => string> = {
  'call.new': begins,
  'call.standby': () => 'the caller is in no queue, e.g. in a menu',
  'call.waiting': (fact) => `the caller waits in ${queue(fact)}`,
  'call.ongoing': () => 'the call is answered',
  'call.finished': () => 'the call ends',
  'call.overflow': ({ destination = 'elsewhere' }) => `the caller overflows to ${destination}`,
  'call.follow-me': ({ destination = 'elsewhere' }) => `the call follows to ${destination}`,
  'call.queue-abandon': (fact) => `the caller abandons ${queue(fact)}`,
  'call.recording-available': ({ url = 'nowhere' }) => `a recording is at ${url}`,
  'call.data-provided': () => 'the caller gave data',
  'call.cpf-provided': () => 'the caller gave a CPF',
  'call.cnpj-provided': () => 'the caller gave a CNPJ',
  'called.attended-transfer-request': () => 'an attended transfer begins',
  'service.command': () => 'a service command was dialled',
  'peer.ringing': (fact) => `${phone(fact)} rings`,
  'dialer.attempt': () => 'the dialer calls',
  'dialer.success': () => 'the dialer reached somebody',
  'dialer.failure': () => 'the dialer reached nobody',
  'dialer.expired': () => 'the dialer was too late',
  'dialer.exceeded': () => 'the dialer tried too often',
  'actor.logged-in': (fact) => `${agent(fact)} is logged in${toQueue(fact)}`,
  'actor.unpaused': (fact) => `${agent(fact)} is not paused${inQueue(fact)}`,
  'actor.ringing': (fact) => `${agent(fact)} rings${inQueue(fact)}`,
  'actor.noanswer': (fact) => `${agent(fact)} does not answer`,
  'actor.entered': (fact) => `${agent(fact)} enters the call`,
  'actor.left': (fact) => `${agent(fact)} leaves the call`,
  'actor.paused': (fact) => `${agent(fact)} is paused${inQueue(fact)}`,
  'actor.logged-out': (fact) => `${agent(fact)} is logged out${ofQueue(fact)}`,
  'call.queue-full': (fact) => `${queue(fact)} is full: the caller is not let in`,
  'call.queue-empty': (fact) => `no agent is in ${queue(fact)}: the caller is not let in`,
  'call.queue-left': (fact) => `the caller is out of ${queue(fact)}; by a key, unless another line says why`,
  'call.queue-timeout': (fact) => `the caller waited too long for ${queue(fact)}`,
  'call.queue-emptied': (fact) => `no agent is left in ${queue(fact)}: the caller is sent out`,
  'call.queue-withdrawn': (fact) => `the caller is taken out of ${queue(fact)}`,
  'peer.answered': (fact) => `${phone(fact)} answers`,
  'peer.cancelled': (fact) => `${phone(fact)} stops ringing`,
  'peer.left': (fact) => `${phone(fact)} leaves the call`,
  'system.detail': () => 'changes nothing',
  'system.incomplete': () => 'changes nothing: it does not name its call, or its agent',
  'delegation.sent': ({ destination = 'elsewhere' }) => `the delegator sent the call to ${destination}`,
  'delegation.failed': () => 'the provider did not take the answer of the delegator',
  'delegation.late': () => 'the delegator sent no answer: the deadline was over',
  'delegation.unknown': ({ destination = 'elsewhere' }) =>
    `the delegator may have sent the call to ${destination}: the provider did not say`,
};

export const describeFact = (fact: FactJson): string =>
  isKind(fact.kind) ? descriptions[fact.kind](fact) : 'not known: it is stored, and changes nothing';
