// Laws of this house that no rule of the linter states.

const noSpreadLiteral = {
  create: (context) => ({
    SpreadElement: (node) => {
      const { argument } = node;
      const spread = argument.type === 'TSAsExpression' ? argument.expression : argument;
      if (spread.type !== 'ObjectExpression' && spread.type !== 'ArrayExpression') return;
      const message =
        'Write the parts of a literal out instead of spreading another literal into it.';
      context.report({ node, message });
    },
  }),
};

// Each item of a spread list goes on the stack: a file of 150,000 lines ended a whole run.
const noSpreadPush = {
  create: (context) => ({
    CallExpression: (node) => {
      const { callee } = node;
      const isPush = callee.type === 'MemberExpression' && callee.property.name === 'push';
      if (!isPush || !node.arguments.some(({ type }) => type === 'SpreadElement')) return;
      const message = 'A long list in a call overflows the stack: use appendAll() of src/base.';
      context.report({ node, message });
    },
  }),
};

export default {
  meta: { name: 'house' },
  rules: { 'no-spread-literal': noSpreadLiteral, 'no-spread-push': noSpreadPush },
};
