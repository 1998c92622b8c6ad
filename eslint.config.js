import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import floors from './scripts/lib/lint/plugin.mjs';
import svelteConfig from './svelte.config.js';

const TYPED = ['**/*.ts', '**/*.svelte'];

export default tseslint.config(
  {
    ignores: [
      'build/',
      '.svelte-kit/',
      '.onionskin/',
      '.cache/',
      'test-results/',
      'playwright-report/',
      'src/lib/wire/proto/*_pb.ts'
    ]
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  ...svelte.configs.prettier,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { onionskin: floors, 'import-x': importX },
    rules: {
      'onionskin/floors': 'error',
      'onionskin/no-cycles': 'error',
      'onionskin/browser-globals': 'error',
      'import-x/no-mutable-exports': 'error',
      'import-x/first': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-warning-comments': ['error', { terms: ['fixme', 'xxx', 'hack'] }]
    }
  },
  {
    files: TYPED,
    languageOptions: {
      parserOptions: {
        // One program over everything: what every check needs is built once.
        project: ['./tsconfig.lint.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte']
      }
    },
    rules: {
      // The compiler knows which names exist.
      'no-undef': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, allowDefaultCaseForExhaustiveSwitch: true }
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      // The compiler says so already (noUnusedLocals, noUnusedParameters).
      '@typescript-eslint/no-unused-vars': 'off',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }
      ]
    }
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
    rules: {
      // HTML from strings is how script gets in (design.md §8).
      'svelte/no-at-html-tags': 'error',
      // There are no stores, and svelte-check reports what is ignored without need; both rules are slow.
      'svelte/require-store-reactive-access': 'off',
      'svelte/no-unused-svelte-ignore': 'off',
      'svelte/prefer-const': 'error',
      'prefer-const': 'off'
    }
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: globals.node }
  },
  { files: ['static/**/*.js'], languageOptions: { globals: globals.browser, sourceType: 'script' } }
);
