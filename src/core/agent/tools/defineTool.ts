import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Json } from '../../../base/json.ts';
import { cutText } from '../../../base/format.ts';
import { MAX_TOOL_OUTPUT_CHARS } from '../../limits.ts';
import { toolError, type AgentTool, type ToolContext, type ToolResult } from './tool.ts';

/** Makes a tool whose input is parsed by a schema, and whose output is cut at the limit. */
export function defineTool<T extends z.ZodType>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: T;
  readonly run: (input: z.infer<T>, ctx: ToolContext) => Promise<ToolResult>;
}): AgentTool {
  const { name, description, input, run } = definition;
  return {
    spec: { name, description, inputSchema: jsonSchemaOf(input) },
    run: async (value, ctx) => {
      const parsed = input.safeParse(value);
      if (!parsed.success) return toolError(`${name}: ${z.prettifyError(parsed.error)}`);
      const result = await run(parsed.data, ctx);
      return { ...result, text: cutText(result.text, MAX_TOOL_OUTPUT_CHARS) };
    },
  };
}

function jsonSchemaOf(schema: z.ZodType): { readonly [key: string]: Json } {
  const { $schema, ...rest } = z.toJSONSchema(schema);
  assert($schema !== undefined);
  // toJSONSchema's type allows functions in extension keys; ours has none, so it is plain JSON.
  return rest as { readonly [key: string]: Json };
}
