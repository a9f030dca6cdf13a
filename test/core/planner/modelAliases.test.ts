import assert from 'node:assert/strict';
import { resolveModel } from '../../../src/core/planner/modelAliases.ts';

describe('resolveModel', () => {
  const cases: readonly [string, string | undefined, string, string, 'warns' | 'silent'][] = [
    ['anthropic', undefined, 'claude-sonnet-5-5', 'claude-sonnet-5-5', 'silent'],
    ['anthropic', 'default', 'claude-opus-5', 'claude-opus-5', 'silent'],
    ['anthropic', 'opus', 'claude-sonnet-5-5', 'claude-opus-5-5', 'silent'],
    ['anthropic', 'fast', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'silent'],
    ['anthropic', 'claude-opus-4-8', 'claude-sonnet-5-5', 'claude-opus-4-8', 'silent'],
    ['anthropic', 'constructor', 'claude-sonnet-5-5', 'constructor', 'silent'],
    ['anthropic', 'opus', 'qwen3-coder', 'qwen3-coder', 'warns'],
    ['offline', 'opus', 'offline-rules', 'offline-rules', 'warns'],
    ['offline', 'claude-opus-5', 'offline-rules', 'offline-rules', 'warns'],
    ['offline', undefined, 'offline-rules', 'offline-rules', 'silent'],
  ];
  for (const [provider, requested, defaultModel, model, warning] of cases) {
    it(`of ${provider} gives ${model} for ${String(requested)} with default ${defaultModel}`, () => {
      const resolved = resolveModel({ requested, provider, defaultModel });
      assert.deepEqual(
        { model: resolved.model, warning: resolved.warning === null ? 'silent' : 'warns' },
        { model, warning },
      );
    });
  }
});
