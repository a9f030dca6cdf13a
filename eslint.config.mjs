import tseslint from 'typescript-eslint';

const pureGlobals = [
  'Date',
  'process',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'performance',
].map((name) => ({
  name,
  message: 'Pure folders get time, processes and the network through core/ports.',
}));

const literal = ':matches(ObjectExpression, ArrayExpression)';
const spreadLiteral = {
  selector: `SpreadElement > ${literal}, SpreadElement > TSAsExpression > ${literal}`,
  message: 'Write the parts of a literal out instead of spreading another literal into it.',
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'out',
      'node_modules',
      '.vscode-test',
      'media/sample',
      'test/fixtures',
      'docs',
    ],
  },
  {
    files: ['src/**/*.ts', 'webview-ui/src/**/*.{ts,tsx}', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-console': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-params': ['error', 4],
      'no-restricted-syntax': ['error', spreadLiteral],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ['src/base/**/*.ts', 'src/protocol/**/*.ts', 'src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...pureGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use the Random port.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
);
