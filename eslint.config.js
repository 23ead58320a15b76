import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The architecture as import rules: folder boundary = process boundary (CONTRIBUTING.md). */
const forbid = (files, groups, ignores = []) => ({
  files,
  ignores: ['**/*.test.ts', ...ignores],
  rules: { 'no-restricted-imports': ['error', { patterns: groups }] },
});
const localStack = {
  group: ['**/local/**'],
  message: 'The local stack is for development: only the CLI and tests may import it.',
};
const agentFolder = {
  group: ['**/agent/**'],
  message: 'src/ is the job, agent/ is one call: the job never imports it.',
};
const livekit = { group: ['@livekit/*', 'livekit-server-sdk'], message: 'src/clinic knows no LiveKit.' };

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**', '.openhours/**', 'coverage/**'] },
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'process.env is read in src/config/load.ts only.' },
      ],
    },
  },
  { files: ['src/config/load.ts', 'vitest.config.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['src/**/*.ts', 'agent/**/*.ts', 'bench/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-properties': 'off',
      // Rows come out of supabase-js as any; a test says what it expects of them.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  forbid(
    ['agent/**/*.ts'],
    [
      localStack,
      {
        group: ['**/src/*/**', '!**/src/config/**', '!**/src/clinic/**', '!**/src/providers/**'],
        message: 'agent/ imports only src/{config,clinic,providers,errors,log} and its own files.',
      },
    ],
  ),
  forbid(['src/clinic/**/*.ts'], [agentFolder, localStack, livekit]),
  forbid(
    ['src/**/*.ts'],
    [agentFolder, localStack],
    ['src/local/**', 'src/commands/**', 'src/clinic/**', 'src/cli.ts'],
  ),
  forbid(['src/local/**/*.ts', 'src/commands/**/*.ts', 'src/cli.ts'], [agentFolder]),
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
