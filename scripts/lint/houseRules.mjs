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

export default {
  meta: { name: 'house' },
  rules: { 'no-spread-literal': noSpreadLiteral },
};
