import type { Clock } from '@callstream/domain';

export const clockLetters = { own: 'o', none: 'n', ahead: 'a' } as const satisfies Record<Clock, string>;

/**
 * Texts that packed facts name by their place here. What is packed is in tables: whoever changes this raises the version
 * of the projection.
 */
export const commonTexts: readonly string[] = [
  ...['call.new', 'call.standby', 'call.waiting', 'call.ongoing', 'call.finished', 'call.overflow', 'call.follow-me'],
  ...[
    'call.queue-abandon',
    'call.recording-available',
    'call.data-provided',
    'call.cpf-provided',
    'call.cnpj-provided',
  ],
  ...['called.attended-transfer-request', 'service.command', 'peer.ringing', 'dialer.attempt', 'dialer.success'],
  ...['dialer.failure', 'dialer.expired', 'dialer.exceeded', 'actor.logged-in', 'actor.unpaused', 'actor.ringing'],
  ...['actor.noanswer', 'actor.entered', 'actor.left', 'actor.paused', 'actor.logged-out'],
  ...['inbound', 'outbound', 'internal', 'mobile', 'landline'],
];
