import { PROPOSE_WORKFLOW } from '../../../core/planner/plannerPrompt.ts';
import { listedFilesOf, requestOf } from '../../../core/planner/planningMessage.ts';
import type { ModelContent, ModelRequest } from '../../../core/ports/modelClient.ts';
import { firstUserText, lastToolResults } from './conversation.ts';
import { findScope } from './findScope.ts';
import { recogniseRequest } from './recogniseRequest.ts';
import { rules } from './rules.ts';
import type { RuleName } from './rules.ts';
import { writeWorkflow } from './writeWorkflow.ts';

const setKey =
  'For anything else Muster needs a model: run "Muster: Set Anthropic API Key", or set ANTHROPIC_API_KEY and restart the host.';

/** Plans by rule: a workflow for requests that are understood, an honest sentence for all others. */
export function answerPlanning(request: ModelRequest): readonly ModelContent[] {
  const results = lastToolResults(request);
  if (results.length > 0) return [text(cannotRepair(results.map((result) => result.text)))];
  const message = firstUserText(request);
  const wish = requestOf(message);
  const recognised = recogniseRequest(wish);
  if (recognised.type === 'unknown') return [text(whatOfflineCanDo())];
  const scope = findScope(wish, listedFilesOf(message));
  if (scope.type === 'missing')
    return [
      text(
        `Offline (no AI): cannot tell what "${scope.path}" is; this workspace does not have exactly one such folder or file. Give its full path, or none to use the whole workspace.`,
      ),
    ];
  const isInTests = scope.folders.some((folder) =>
    /(?:^|\/)(?:__tests__|tests?)(?:\/|$)/.test(folder),
  );
  const script = writeWorkflow({
    rules: recognised.rules,
    scope,
    tests: isInTests ? 'included' : recognised.tests,
  });
  const targets = [...scope.folders, ...scope.files];
  const where = [
    targets.length === 0 ? 'all JavaScript files' : targets.join(', '),
    ...(scope.excluded.length === 0 ? [] : [`except ${scope.excluded.join(', ')}`]),
  ].join(' ');
  const summary = summarise(recognised.rules, where, recognised.notCovered);
  return [
    text(`Offline (no AI): ${summary}`),
    {
      type: 'toolUse',
      toolUseId: `offline_${request.messages.length}`,
      name: PROPOSE_WORKFLOW,
      input: { script, summary },
    },
  ];
}

function summarise(
  chosen: readonly RuleName[],
  where: string,
  notCovered: readonly string[],
): string {
  const described = rules.filter(({ name }) => chosen.includes(name));
  const unsafe = described.filter(({ kind }) => kind === 'unsafe').map(({ name }) => name);
  return [
    `Modernises ${where} by fixed rules, one agent per file, without a model: ${described.map(({ title }) => title).join('; ')}.`,
    'Edits are grouped by folder and checked with npm test if the project has it.',
    ...(unsafe.length > 0
      ? [
          `Not always safe, used because you named it: ${unsafe.join(', ')}. Review those edits with care.`,
        ]
      : []),
    ...(notCovered.length > 0 ? [`Not covered without a model: ${notCovered.join(', ')}.`] : []),
  ].join(' ');
}

function whatOfflineCanDo(): string {
  const safe = rules.filter(({ kind }) => kind === 'safe').map(({ title }) => title);
  const named = rules.filter(({ kind }) => kind !== 'safe').map(({ title }) => title);
  return [
    'Offline (no AI) has no model, only fixed rules, and none of them fits this request.',
    `What it can do is modernise JavaScript files: ${safe.join('; ')}. Only when you name them: ${named.join('; ')}.`,
    'Try "Modernise the JavaScript in lib" or "Convert var to let and const in src".',
    setKey,
  ].join('\n\n');
}

function cannotRepair(problems: readonly string[]): string {
  return [
    'Offline (no AI): the workflow that the rules wrote did not pass the check, and rules cannot repair it.',
    ...problems,
    setKey,
  ].join('\n');
}

function text(value: string): ModelContent {
  return { type: 'text', text: value };
}
