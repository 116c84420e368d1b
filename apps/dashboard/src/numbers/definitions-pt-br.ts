import type { NumberDefinition, NumberId } from '@callstream/domain';
import { agentCallDefinitionsPtBr } from './agent-call-definitions-pt-br.ts';
import { delegationDefinitionsPtBr } from './delegation-definitions-pt-br.ts';

/** Numbers that are only in answers of the API, in English. */
type OnlyInApi =
  | 'presence-since'
  | 'wrap-up-until'
  | 'as-of'
  | 'time-of-a-sample'
  | 'seconds-between-samples'
  | 'service-level-threshold'
  | 'short-abandon-threshold'
  | 'wrap-up-time';

/** What each number counts, in Brazilian Portuguese. */
export const definitionsPtBr: Readonly<Record<Exclude<NumberId, OnlyInApi>, NumberDefinition>> = {
  'waiting-callers': {
    name: 'Clientes em espera',
    sentence: 'Clientes que esperam em uma fila agora, sem chamadas ativas e internas.',
    example: 'Dois clientes e uma chamada ativa esperam na fila 900: 2.',
  },
  'longest-wait': {
    name: 'Maior espera',
    sentence: 'Desde quando espera o cliente que agora espera há mais tempo.',
    example: 'Um cliente espera desde 10:00:00 e outro desde 10:00:40: às 10:01:00 a maior espera é 1:00.',
  },
  'talking-callers': {
    name: 'Clientes em atendimento',
    sentence: 'Chamadas de clientes que foram atendidas e continuam agora, sem chamadas ativas e internas.',
    example: 'Três clientes falam com agentes, e um agente fala com um cliente para quem ligou: 3.',
  },
  'waiting-outbound-calls': {
    name: 'Chamadas ativas em espera',
    sentence: 'Chamadas ativas que esperam em uma fila agora.',
    example: 'Um cliente chamado espera por um agente na fila 900: 1.',
  },
  'talking-outbound-calls': {
    name: 'Chamadas ativas em atendimento',
    sentence: 'Chamadas ativas que foram atendidas e continuam agora.',
    example: 'Um agente fala com um cliente para quem ligou: 1.',
  },
  'waiting-internal-calls': {
    name: 'Chamadas internas em espera',
    sentence: 'Chamadas internas que esperam em uma fila agora.',
    example: 'Um agente liga para a fila dos supervisores e espera nela: 1.',
  },
  'talking-internal-calls': {
    name: 'Chamadas internas em atendimento',
    sentence: 'Chamadas internas que foram atendidas e continuam agora.',
    example: 'Dois agentes falam entre si: 1.',
  },
  'agents-on-a-call': {
    name: 'Agentes em atendimento',
    sentence: 'Agentes que estão em uma chamada agora, de qualquer fila ou de nenhuma.',
    example: 'Ana e Bia estão na mesma chamada, em conferência: 2.',
  },
  'agents-ringing': {
    name: 'Agentes chamando',
    sentence: 'Agentes cujo telefone toca agora, por no máximo RING_MAX_SECONDS, e que não estão em outra chamada.',
    example: 'Uma chamada toca nos telefones de três agentes: 3.',
  },
  'agents-in-wrap-up': {
    name: 'Agentes em pós-atendimento',
    sentence:
      'Agentes cuja última chamada terminou há menos de WRAP_UP_SECONDS, que não voltaram de uma pausa nem entraram depois e não estão em pausa ou deslogados.',
    example: 'Com 30 s de pós-atendimento, Ana saiu de uma chamada há 10 s e Bia há 40 s: 1.',
  },
  'agents-available': {
    name: 'Agentes disponíveis',
    sentence: 'Agentes logados e sem pausa, fora de chamadas e do pós-atendimento, cujo telefone não toca.',
    example: 'De cinco agentes logados um atende, um está em pós-atendimento e um em pausa: 2.',
  },
  'agents-paused': {
    name: 'Agentes em pausa',
    sentence: 'Agentes cuja última entrada, pausa ou volta foi uma pausa, e que não estão em chamada nem chamando.',
    example: 'Ana está no intervalo, e Bia pausou durante uma chamada que continua: 1.',
  },
  'agents-logged-out': {
    name: 'Agentes deslogados',
    sentence: 'Agentes que saíram nas últimas 24 horas e não voltaram.',
    example: 'Ana saiu há uma hora, e Bia saiu e entrou de novo: 1.',
  },
  'agents-unknown': {
    name: 'Agentes desconhecidos',
    sentence:
      'Agentes sem eventos por PRESENCE_STALE_HOURS, ou cujo último evento é de uma chamada sem eventos há muito tempo, e que não estão em outra contagem.',
    example: 'Ana entrou há 13 horas, e desde então não há eventos dela: 1.',
  },
  visits: {
    name: 'Passagens',
    sentence: 'Passagens de clientes por uma fila que começaram no período, sem chamadas ativas e internas.',
    example: 'Um cliente espera na fila 900, transborda para a 901 e volta para a 900: 3.',
  },
  'answered-visits': {
    name: 'Passagens atendidas',
    sentence: 'Passagens que terminaram porque um agente atendeu.',
    example: 'Dez clientes esperaram, sete foram atendidos e três desligaram: 7.',
  },
  'visits-answered-in-time': {
    name: 'Passagens atendidas a tempo',
    sentence: 'Passagens atendidas dentro do limite do nível de serviço, inclusive.',
    example: 'Com limite de 20 s, clientes foram atendidos após 5 s, 20 s e 21 s: 2.',
  },
  'abandoned-visits': {
    name: 'Passagens abandonadas',
    sentence:
      'Passagens que terminaram porque o cliente desligou ou saiu da fila antes de ser atendido, com os abandonos curtos.',
    example: 'Três clientes desligaram após 2 s, 30 s e 60 s: 3.',
  },
  'short-abandons': {
    name: 'Abandonos curtos',
    sentence: 'Passagens abandonadas em até SHORT_ABANDON_SECONDS, inclusive.',
    example: 'Com 5 s, três clientes desligaram após 2 s, 5 s e 60 s: 2.',
  },
  'timed-out-visits': {
    name: 'Passagens com tempo esgotado',
    sentence: 'Passagens que terminaram porque a espera foi longa demais para a fila, segundo o sistema dela.',
    example: 'A fila deixa esperar 60 s, e dois clientes não foram atendidos até então: 2.',
  },
  'visits-left-by-key': {
    name: 'Passagens deixadas por tecla',
    sentence: 'Passagens que terminaram porque o cliente teclou para sair da fila, segundo o sistema dela.',
    example: 'Um cliente tecla 1 para deixar recado em vez de esperar: 1.',
  },
  'visits-refused-as-full': {
    name: 'Passagens recusadas por lotação',
    sentence: 'Clientes que não entraram porque já esperavam tantos quantos a fila permite, segundo o sistema dela.',
    example: 'Três clientes podem esperar, três esperam, e chega um quarto: 1.',
  },
  'visits-without-agents': {
    name: 'Passagens sem agentes',
    sentence: 'Clientes que não entraram, ou foram tirados, porque não havia agente, segundo o sistema da fila.',
    example: 'O último agente sai, e dois clientes que esperam são tirados: 2.',
  },
  'withdrawn-visits': {
    name: 'Passagens retiradas',
    sentence: 'Passagens que terminaram porque um operador ou programa tirou o cliente, segundo o sistema.',
    example: 'Um supervisor tira um cliente da fila: 1.',
  },
  'overflowed-visits': {
    name: 'Passagens transbordadas',
    sentence: 'Passagens que terminaram porque a chamada seguiu para outro destino.',
    example: 'Dois clientes vão da fila 900 para a 901 porque ninguém atende: 2.',
  },
  'open-visits': {
    name: 'Passagens abertas',
    sentence: 'Passagens que ainda não terminaram.',
    example: 'Dez clientes chegaram hoje, oito foram atendidos e dois ainda esperam: 2.',
  },
  'service-level': {
    name: 'Nível de serviço',
    sentence: 'Passagens atendidas a tempo como parte de todas as atendidas e abandonadas, sem os abandonos curtos.',
    example: 'Oito de nove atendidas a tempo, uma abandonada após 30 s e uma após 2 s: 8 ÷ (9 + 1) = 80%.',
  },
  'abandon-rate': {
    name: 'Taxa de abandono',
    sentence: 'Passagens abandonadas como parte de todas as atendidas e abandonadas, sem os abandonos curtos.',
    example: 'Nove foram atendidas, uma abandonada após 30 s e uma após 2 s: 1 ÷ (9 + 1) = 10%.',
  },
  'average-speed-of-answer': {
    name: 'Tempo médio de espera',
    sentence: 'Espera média das passagens atendidas, do começo da passagem até o atendimento.',
    example: 'Dois clientes foram atendidos após 10 s e 20 s, e um desligou após 90 s: 15 s.',
  },
  'longest-wait-of-a-visit': {
    name: 'Maior espera de uma passagem',
    sentence: 'Maior espera entre as passagens atendidas e abandonadas.',
    example: 'Dois clientes foram atendidos após 10 s e 20 s, e um desligou após 90 s: 90 s.',
  },
  'inbound-calls': {
    name: 'Chamadas receptivas',
    sentence: 'Chamadas de clientes que começaram no período, também as de sentido desconhecido.',
    example: 'Três clientes e uma chamada ativa: 3.',
  },
  'inbound-calls-answered': {
    name: 'Receptivas atendidas',
    sentence: 'Chamadas receptivas atendidas depois que começaram a esperar em uma fila.',
    example: 'Um cliente espera em duas filas e é atendido na segunda: 1.',
  },
  'inbound-calls-answered-without-a-queue': {
    name: 'Receptivas atendidas sem fila',
    sentence: 'Chamadas receptivas atendidas, mas nunca depois de uma espera em fila.',
    example: 'Um cliente disca o ramal de um agente, que atende: 1.',
  },
  'inbound-calls-abandoned': {
    name: 'Receptivas abandonadas na fila',
    sentence: 'Chamadas receptivas não atendidas em que o cliente saiu da última fila ou desligou nela.',
    example: 'Um cliente transborda da fila 900 para a 901 e desliga nela: 1.',
  },
  'inbound-calls-overflowed': {
    name: 'Receptivas transbordadas',
    sentence: 'Chamadas receptivas que saíram das filas de outro modo, ou não entraram, e terminaram sem atendimento.',
    example: 'Um cliente vai da fila 900 para uma caixa postal e desliga: 1.',
  },
  'inbound-calls-ended-before-a-queue': {
    name: 'Receptivas encerradas antes da fila',
    sentence: 'Chamadas receptivas que terminaram sem atendimento e nunca esperaram em uma fila.',
    example: 'Um cliente desliga no menu: 1.',
  },
  'inbound-calls-in-progress': {
    name: 'Receptivas em andamento',
    sentence: 'Chamadas receptivas das quais ainda não se conhece outro resultado.',
    example: 'Um cliente espera na fila 900 agora: 1.',
  },
  'inbound-calls-unknown': {
    name: 'Receptivas desconhecidas',
    sentence:
      'Chamadas receptivas sem outro resultado, que não terminaram e estão sem eventos há mais de STALE_AFTER_MINUTES.',
    example: 'O fim de uma chamada se perde, e duas horas passam: 1.',
  },
  'outbound-calls': {
    name: 'Chamadas ativas',
    sentence: 'Chamadas ativas que começaram no período.',
    example: 'Um agente disca três números: 3.',
  },
  'outbound-calls-connected': {
    name: 'Ativas completadas',
    sentence: 'Chamadas ativas que foram atendidas.',
    example: 'Um agente disca três números, e dois atendem: 2.',
  },
  'outbound-calls-not-connected': {
    name: 'Ativas não completadas',
    sentence: 'Chamadas ativas que terminaram sem atendimento.',
    example: 'Um agente disca três números, e um não atende: 1.',
  },
  'outbound-calls-in-progress': {
    name: 'Ativas em andamento',
    sentence: 'Chamadas ativas das quais ainda não se conhece outro resultado.',
    example: 'O telefone de um cliente toca: 1.',
  },
  'outbound-calls-unknown': {
    name: 'Ativas desconhecidas',
    sentence:
      'Chamadas ativas sem outro resultado, que não terminaram e estão sem eventos há mais de STALE_AFTER_MINUTES.',
    example: 'O fim de uma tentativa não atendida se perde, e duas horas passam: 1.',
  },
  'internal-calls': {
    name: 'Chamadas internas',
    sentence: 'Chamadas internas que começaram no período.',
    example: 'Ana liga duas vezes para Bia: 2.',
  },
  'internal-calls-answered': {
    name: 'Internas atendidas',
    sentence: 'Chamadas internas que foram atendidas.',
    example: 'Ana liga duas vezes para Bia, que atende uma vez: 1.',
  },
  'internal-calls-not-answered': {
    name: 'Internas não atendidas',
    sentence: 'Chamadas internas que terminaram sem atendimento.',
    example: 'Ana liga duas vezes para Bia, que atende uma vez: 1.',
  },
  'internal-calls-in-progress': {
    name: 'Internas em andamento',
    sentence: 'Chamadas internas das quais ainda não se conhece outro resultado.',
    example: 'O telefone de um colega toca: 1.',
  },
  'internal-calls-unknown': {
    name: 'Internas desconhecidas',
    sentence:
      'Chamadas internas sem outro resultado, que não terminaram e estão sem eventos há mais de STALE_AFTER_MINUTES.',
    example: 'O fim de uma chamada não atendida se perde, e duas horas passam: 1.',
  },
  'calls-waiting-at-once': {
    name: 'Simultâneas em espera',
    sentence: 'Chamadas que estavam em uma fila naquele momento, de todos os sentidos.',
    example: 'Às 10:05 esperam dois clientes e uma chamada ativa: 3.',
  },
  'calls-talking-at-once': {
    name: 'Simultâneas em atendimento',
    sentence: 'Chamadas que já tinham sido atendidas naquele momento e não estavam em fila, de todos os sentidos.',
    example: 'Às 10:05 três clientes falam, e um que foi atendido está de novo em um menu: 4.',
  },
  'other-calls-at-once': {
    name: 'Outras simultâneas',
    sentence: 'Chamadas que naquele momento não tinham sido atendidas nem estavam em fila, de todos os sentidos.',
    example: 'Às 10:05 dois clientes estão no menu: 2.',
  },
  ...delegationDefinitionsPtBr,
  ...agentCallDefinitionsPtBr,
};
