// Lint rules: typescript-eslint's recommended set with types for the project, without types for AssemblyScript.
import astro from 'eslint-plugin-astro';
import tseslint from 'typescript-eslint';

// Rules that need the whole program's types cost ten times the rest: the test command asks for them, an editor need not.
const typed = process.env['LINT_TYPES'] === '1';

export default tseslint.config(
  { linterOptions: { reportUnusedDisableDirectives: typed ? 'warn' : 'off' } },
  { ignores: ['dist', '.astro', 'node_modules', 'public', 'src/kernel/generated', 'examples'] },
  {
    files: ['**/*.ts'],
    ignores: ['src/kernel/**/*.ts'],
    extends: [...(typed ? tseslint.configs.recommendedTypeChecked : tseslint.configs.recommended)],
    languageOptions: typed ? { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } : {},
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      ...(typed && {
        '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      }),
    },
  },
  {
    files: ['src/kernel/**/*.ts'],
    extends: [...tseslint.configs.recommended],
    rules: {
      // AssemblyScript: no `const` type narrowing tricks, i32/u64 are its own types, and == is value equality.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-case-declarations': 'off',
      'no-fallthrough': 'off',
      'prefer-const': 'off',
    },
  },
  ...astro.configs.recommended,
);
