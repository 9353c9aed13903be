/** What the house forbids and no rule of the linter knows: a member or a construction that asks for time or chance. */
const forbidding = (message, selectors) => ({
  create: (context) =>
    Object.fromEntries(
      Object.entries(selectors).map(([kind, isForbidden]) => [
        kind,
        (node) => {
          if (isForbidden(node)) context.report({ node, message });
        },
      ]),
    ),
});

const isMember = ({ object, property }, of, name) => object.name === of && property.name === name;

export default {
  meta: { name: 'house' },
  rules: {
    // `new Date(x)` parses and formats and is fine anywhere; only asking for the present time is not.
    'present-time': forbidding(
      'Time comes in through the port WallClock (or as a parameter), so that a test can hold it still.',
      {
        NewExpression: (node) => node.callee.name === 'Date' && node.arguments.length === 0,
        CallExpression: (node) => node.callee.name === 'Date',
        MemberExpression: (node) => isMember(node, 'Date', 'now'),
      },
    ),
    chance: forbidding('Randomness comes in through the port Randomness, so that a test can repeat it.', {
      MemberExpression: (node) => isMember(node, 'Math', 'random'),
    }),
    enumeration: forbidding('Use a union of string literals.', { TSEnumDeclaration: () => true }),
  },
};
