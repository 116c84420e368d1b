import { agents, queues } from './call-centre.ts';

export interface PbxConfigOptions {
  /** Folder of all files of this PBX, as Asterisk sees it. */
  readonly folder: string;
  /** Where the manager interface listens. */
  readonly address: string;
  readonly port: number;
  readonly secret: string;
}

/** The users of the manager interface: the connector's has the rights that the documentation asks for. */
export const managerUsers = { connector: 'callstream', calls: 'calls' } as const;

/** The files of an Asterisk without telephones: callers and agents are Local channels, which run a part of the dial plan. */
export const pbxConfig = ({ folder, address, port, secret }: PbxConfigOptions): Readonly<Record<string, string>> => ({
  'asterisk.conf': `[directories]
astetcdir => ${folder}
astvarlibdir => ${folder}
astdbdir => ${folder}
astkeydir => ${folder}
astspooldir => ${folder}
astrundir => ${folder}
astlogdir => ${folder}
astdatadir => /usr/share/asterisk

[options]
nocolor = yes
`,
  // Nothing that listens, but the manager interface.
  'modules.conf': `[modules]
autoload = no
load = pbx_config.so
load = app_queue.so
load = app_senddtmf.so
load = bridge_simple.so
load = bridge_holding.so
load = func_logic.so
load = res_timing_timerfd.so
`,
  'logger.conf': `[logfiles]
console = warning,error
`,
  'manager.conf': `[general]
enabled = yes
bindaddr = ${address}
port = ${port}
timestampevents = yes

[${managerUsers.connector}]
secret = ${secret}
read = agent,call,dialplan
write = reporting

[${managerUsers.calls}]
secret = ${secret}
read = agent,call
write = agent,call,originate
`,
  'queues.conf': queuesConf(),
  'extensions.conf': extensionsConf(),
});

const queuesConf = (): string =>
  Object.entries(queues)
    .map(
      ([name, { strategy, ringS, waitingMax, members }]) => `[${name}]
strategy = ${strategy}
timeout = ${ringS}
retry = 1
maxlen = ${waitingMax}
ringinuse = no
context = queue-exits
${members.map((extension) => `member => Local/${extension}@agents/n,0,${agents[extension] ?? extension}\n`).join('')}`,
    )
    .join('\n');

/**
 * Contexts have the names that FreePBX gives them. What a caller and the agents do is in channel variables, which `placeCall` sets.
 * `Answer(,i)`: without i it waits for sound, which a Local channel never sends.
 */
const extensionsConf = (): string => `[from-trunk]
${Object.entries(queues)
  .map(([name, { dialled }]) => `exten => ${dialled},1,Goto(ext-queues,${name},1)\n`)
  .join('')}
[ext-queues]
exten => _[a-z].,1,Answer(,i)
 same => n,Queue(\${EXTEN},,,,\${WAITS_AT_MOST})
 same => n,Hangup()

[queue-exits]
exten => ${exitKey},1,Hangup()

[agents]
exten => _2XX,1,Ringing()
 same => n,Wait(\${IF($["\${RINGS_\${EXTEN}}" = ""]?3600:\${RINGS_\${EXTEN}})})
 same => n,Answer(,i)
 same => n,Wait(\${IF($["\${TALKS_\${EXTEN}}" = ""]?3600:\${TALKS_\${EXTEN}})})
 same => n,Hangup()

[callers]
exten => waits,1,Wait(\${CALLER_WAITS})
 same => n,Hangup()
exten => presses-a-key,1,Wait(\${CALLER_WAITS})
 same => n,SendDTMF(${exitKey})
 same => n,Wait(3600)
`;

const exitKey = '1';
