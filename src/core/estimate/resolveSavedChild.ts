import * as z from 'zod';
import { parseJson } from '../../base/json.ts';
import { PREPARED_LINES_BEFORE, prepareChild } from '../script/prepareScript.ts';
import {
  findWorkflow,
  workflowProblem,
  type WorkflowPlaces,
  type WorkflowRef,
} from '../script/savedWorkflows.ts';
import type { ResolveChild } from './estimateRequest.ts';

const Params = z.tuple([
  z.union([
    z.string().transform((name): WorkflowRef => ({ type: 'name', name })),
    z
      .object({ scriptPath: z.string() })
      .transform(({ scriptPath: path }): WorkflowRef => ({ type: 'path', path })),
  ]),
  z.unknown(),
]);

/** Finds the children of mock runs where a run would: in the snapshot and in the user's own folder. */
export function resolveSavedChild(places: WorkflowPlaces): ResolveChild {
  return async (paramsJson) => {
    const params = Params.safeParse(parseJson(paramsJson));
    if (!params.success) throw new Error('workflow() needs a name, or { scriptPath }.');
    const found = await findWorkflow(params.data[0], places);
    if (found.type === 'missing') throw new Error(found.message);
    const problem = workflowProblem(found);
    if (problem !== null) throw new Error(problem);
    const { name, source, script } = found;
    const linesBefore = PREPARED_LINES_BEFORE;
    return { name, source: prepareChild(script), fileName: `./${source}`, linesBefore };
  };
}
