import type { RunEventOf } from '../events/runEvents.ts';
import type { RunView } from './runView.ts';

/** A child of workflow() that runs; a resumed run starts it again under its old number. */
export function startWorkflow(view: RunView, event: RunEventOf<'workflow.started'>): RunView {
  const { workflowId, name, source, phase, at } = event;
  const others = view.workflows.filter((item) => item.workflowId !== workflowId);
  const started = { workflowId, name, source, phase, startedAt: at, endedAt: null, error: null };
  return { ...view, workflows: [...others, started] };
}

/** Its end. */
export function endWorkflow(view: RunView, event: RunEventOf<'workflow.ended'>): RunView {
  const { workflowId, error, at } = event;
  return {
    ...view,
    workflows: view.workflows.map((item) =>
      item.workflowId === workflowId ? { ...item, endedAt: at, error } : item,
    ),
  };
}
