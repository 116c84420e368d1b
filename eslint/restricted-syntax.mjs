/** An object literal that is spread into another only breaks lines differently. */
export const noSpreadLiterals = [
  { selector: 'ObjectExpression > SpreadElement > ObjectExpression', message: 'Write the keys, without a spread.' },
];

/** Mechanisms that were written several times, each a little differently. */
const eachMechanismOnce = [
  {
    selector:
      "CallExpression[callee.object.name='Math'][callee.property.name='min'] > BinaryExpression[operator='*']:matches([right.value=2], [right.operator='**'])",
    message: 'A backoff: use runUntilAborted, p-retry, or backoffMs of libs/resilience.',
  },
  {
    selector:
      "CallExpression[callee.property.name='finally'] > ArrowFunctionExpression > AssignmentExpression[right.type='Identifier'][right.name='undefined']",
    message: 'Single-flight: use p-memoize with `cache: false`.',
  },
  {
    selector:
      ":matches(ForOfStatement, CallExpression[callee.property.name=/^(map|flatMap)$/]) CallExpression[callee.name='decode'] > CallExpression[callee.name='logEntry']",
    message: 'Use decodeRecords: it also decides about records that are no events.',
  },
  {
    selector: 'Literal[value=/^(DEPTH_ZERO_SELF_SIGNED_CERT|CERT_HAS_EXPIRED|ERR_TLS_CERT_ALTNAME_INVALID)$/]',
    message: 'Use certificateProblem of libs/resilience.',
  },
];

/** They need an order of imports that nobody sees, and happen where nobody asked for them. */
export const noSideEffectImports = [
  {
    selector: 'ImportDeclaration[specifiers.length=0][source.value=/^[.]/]:not([source.value=/[.]css$/])',
    message: 'Export a function, and call it: an import must not do anything.',
  },
];

/** Of `no-restricted-syntax` only the last block that matches a file counts, so each block repeats these. */
export const everywhere = [...noSpreadLiterals, ...noSideEffectImports, ...eachMechanismOnce];
