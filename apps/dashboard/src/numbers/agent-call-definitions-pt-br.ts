import type { NumberDefinition } from '@callstream/domain';

/** Agents in a period, in Brazilian Portuguese. */
export const agentCallDefinitionsPtBr = {
  'times-on-calls': {
    name: 'Atendimentos',
    sentence: 'Vezes em que agentes entraram em chamadas no período, de todos os sentidos; cada agente conta.',
    example: 'Um cliente fala com a Ana, que transfere para a Bia: 2.',
  },
  'talk-time': {
    name: 'Tempo de conversação',
    sentence: 'Soma dos tempos em que agentes estiveram nessas chamadas, em espera ou não, sem as que continuam.',
    example: 'Ana esteve em uma chamada por 2 minutos, e Bia depois dela por 4: 6 minutos.',
  },
  'mean-talk-time': {
    name: 'Tempo médio de conversação',
    sentence: 'Tempo médio em que um agente esteve em uma dessas chamadas, sem as que continuam.',
    example: 'Ana esteve em uma chamada por 2 minutos, e Bia depois dela por 4: 3 minutos.',
  },
  'longest-talk-time': {
    name: 'Maior tempo de conversação',
    sentence: 'Maior tempo em que um agente esteve em uma dessas chamadas, sem as que continuam.',
    example: 'Ana esteve em uma chamada por 2 minutos, e Bia depois dela por 4: 4 minutos.',
  },
  'agent-calls': {
    name: 'Atendimentos do agente',
    sentence: 'Vezes em que o agente entrou em uma chamada no período, de todos os sentidos.',
    example: 'Ana atende dois clientes e, após uma transferência, entra de novo na chamada de um deles: 3.',
  },
  'agent-time-on-calls': {
    name: 'Tempo do agente em chamadas',
    sentence: 'Soma dos tempos em que o agente esteve nessas chamadas, sem as que continuam.',
    example: 'Ana esteve em duas chamadas por 2 e 4 minutos, e está em uma terceira: 6 minutos.',
  },
  'agent-mean-time-on-a-call': {
    name: 'Tempo médio do agente por chamada',
    sentence: 'Tempo médio em que o agente esteve em uma dessas chamadas, sem as que continuam.',
    example: 'Ana esteve em duas chamadas por 2 e 4 minutos: 3 minutos.',
  },
  'agent-longest-time-on-a-call': {
    name: 'Maior tempo do agente em uma chamada',
    sentence: 'Maior tempo em que o agente esteve em uma dessas chamadas, sem as que continuam.',
    example: 'Ana esteve em duas chamadas por 2 e 4 minutos: 4 minutos.',
  },
  'agent-logged-in-time': {
    name: 'Tempo logado do agente',
    sentence:
      'Quanto tempo o agente esteve logado no período, em pausa ou não; cada momento uma vez, em quantas filas for.',
    example: 'Ana está logada das 9 às 12, em duas filas: 3 horas.',
  },
  'agent-paused-time': {
    name: 'Tempo em pausa do agente',
    sentence: 'Quanto tempo o agente esteve em pausa enquanto logado, sem os tempos em chamadas.',
    example: 'Ana está em pausa das 10:00 às 10:20, e em uma chamada até as 10:05: 15 minutos.',
  },
  occupancy: {
    name: 'Ocupação',
    sentence:
      'Do tempo em que o agente esteve logado e sem pausa: a parte com uma chamada: nela, tocando ou em pós-atendimento.',
    example: 'Ana está logada por 3 horas, meia hora em pausa, e tem chamadas por 2 horas: 0,8.',
  },
} as const satisfies Readonly<Record<string, NumberDefinition>>;
