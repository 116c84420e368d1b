export * from './call-outcome.ts';
export * from './call-phase.ts';
export * from './call-status.ts';
export * from './clock-reading.ts';
export { numberDefinitions, numberGroups, numberGroupTitles } from './definitions/number-definitions.ts';
export type { NumberGroup, NumberId } from './definitions/number-definitions.ts';
export type { NumberDefinition } from './definitions/number-definition.ts';
export { decideDelegation } from './delegation/decide.ts';
export type { DelegationDecision, RuleVerdict } from './delegation/decide.ts';
export { defaultDelegationRules } from './delegation/rules.ts';
export type { DelegationCaller, DelegationCondition, DelegationFacts, DelegationRule } from './delegation/rules.ts';
export { eventId, offsetOf, partitionOf, partitionsMax } from './event-id.ts';
export { decodeRecords } from './decode-records.ts';
export { decode, eventBytesMax, parseEvent, recordKey } from './event.ts';
export type { CallEvent, ParsedEvent, RawRecord } from './event.ts';
export * from './live-calls.ts';
export {
  callStates,
  delegationKinds,
  isDelegationKind,
  isKind,
  isPresenceFact,
  kindOf,
  kinds,
  presenceKinds,
} from './kinds.ts';
export type { CallState, DelegationKind, Kind } from './kinds.ts';
export { compareText } from './compare-text.ts';
export { callAsOf, isLateAt, knownFrom } from './play/as-of.ts';
export type { PastMoment } from './play/as-of.ts';
export { segmentEnds, visitOutcomes } from './play/call.ts';
export type { Call, Outcome, Segment, SegmentEnd, Visit } from './play/call.ts';
export { collectFacts } from './play/collect-facts.ts';
export type { FactsByCall } from './play/collect-facts.ts';
export { compareFacts, factsOf } from './play/fact.ts';
export type { Clock, Fact, StatingEvent } from './play/fact.ts';
export { play } from './play/play.ts';
export { isImportedOnly } from './play/imported.ts';
export { isOnCall, isRinging } from './play/segment-index.ts';
export { importedAfterMs } from './play/summary.ts';
export { factSet, emptyFactSet, playedFactsMax, addsFacts, union } from './play/union.ts';
export type { FactSet } from './play/union.ts';
export { noPresenceCounts, presences } from './presence/agent.ts';
export type {
  PresenceEvents,
  AgentSegment,
  EventStamp,
  Presence,
  PresenceNow,
  PresenceRules,
} from './presence/agent.ts';
export { sessionEnds, sessionStates } from './presence/agent-session.ts';
export type { AgentSession, PresenceFact, SessionEnd, SessionState } from './presence/agent-session.ts';
export { agentSessionsOf, comparePresenceFacts, playPresence } from './presence/play-presence.ts';
export type { PresencePlayer } from './presence/play-presence.ts';
export { changingKinds, endAlike, stateAfter } from './presence/session-transition.ts';
export { presenceOf } from './presence/presence.ts';
export type { AgentPresence, AgentHistory } from './presence/presence.ts';
export { amiEvent, linkedidOf } from './sources/asterisk/ami-event.ts';
export {
  createDialplanJudge,
  defaultDialplan,
  parseQueueContext,
  patternProblem,
} from './sources/asterisk/dialplan.ts';
export type { Dialplan, DialplanJudge } from './sources/asterisk/dialplan.ts';
export { queueLogBody, queueLogLineBytesMax } from './sources/asterisk/queue-log/body.ts';
export { parseQueueLogLine } from './sources/asterisk/queue-log/line.ts';
export { delegationBody, delegatorSourceName } from './sources/delegator.ts';
export type { DelegationEvent } from './sources/delegator.ts';
export { numberSources } from './json.ts';
export { endOfJsonString, scanJson } from './json-scan.ts';
export type { JsonTokens } from './json-scan.ts';
export { similarKind } from './similar-kind.ts';
export { eventOfFacts, factsJson } from './sources/fact-json.ts';
export type { FactJson } from './sources/fact-json.ts';
export { defaultOrigin, identityPrefix, sourceNamePattern } from './sources/origin.ts';
export type { Origin, RecordHints } from './sources/origin.ts';
export { defaultSource, knownSources } from './sources/registry.ts';
export type { Sources } from './sources/registry.ts';
export type { Source, SourceEvent, StatedFact } from './sources/source.ts';
export { textLimits } from './text-limits.ts';
export type { TextField, TextLimit } from './text-limits.ts';
export * from './totals.ts';
export { projectionVersion } from './version.ts';
