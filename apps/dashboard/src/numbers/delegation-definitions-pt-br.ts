import type { NumberDefinition } from '@callstream/domain';

/** What became of our answers to `call.standby`, in Brazilian Portuguese. */
export const delegationDefinitionsPtBr = {
  'calls-delegated': {
    name: 'Chamadas a encaminhar',
    sentence:
      'Chamadas que uma regra devia encaminhar, e chamadas lidas tarde demais para uma regra, pelo horário do resultado.',
    example: 'Duas respostas chegam à operadora, e uma chamada é lida tarde demais: 3.',
  },
  'delegations-sent': {
    name: 'Encaminhadas no prazo',
    sentence: 'Respostas que a operadora aceitou dentro do prazo.',
    example: 'De três respostas a operadora aceita duas: 2.',
  },
  'share-of-delegations-sent': {
    name: 'Proporção encaminhada no prazo',
    sentence: 'Encaminhadas no prazo, divididas pelas chamadas a encaminhar.',
    example: 'A operadora aceita 98 de 100 respostas: 98 %.',
  },
  'delegations-failed': {
    name: 'Encaminhamentos que falharam',
    sentence: 'Respostas que a operadora recusou, ou para as quais ela não pôde ser alcançada dentro do prazo.',
    example: 'A operadora responde 401 a uma chamada: 1.',
  },
  'delegations-late': {
    name: 'Encaminhamentos fora do prazo',
    sentence: 'Chamadas para as quais nada foi enviado, porque o prazo tinha passado.',
    example: 'O Postgres fica um minuto fora, e duas chamadas chegam nesse tempo: 2.',
  },
  'delegations-unknown': {
    name: 'Encaminhamentos de resultado desconhecido',
    sentence: 'Respostas que foram enviadas, ou podem ter sido, e das quais não se sabe se a operadora as aceitou.',
    example: 'A operadora não responde a tempo: 1.',
  },
  'delegation-latency': {
    name: 'Tempo até o encaminhamento',
    sentence:
      'Tempo em que a operadora aceitou 95 de 100 encaminhadas no prazo, a partir da recepção do evento com que ela perguntou.',
    example: 'De 20 respostas 19 levaram no máximo 36 ms, e uma 900 ms: 36 ms.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
