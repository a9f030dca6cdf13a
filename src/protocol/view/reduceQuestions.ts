/** What questions to people make of a view: gates of the script, and commands of agents. */
import { commandQuestion, FOR_RUN_NOTE } from './commandQuestion.ts';
import type { RunEventOf } from '../events/runEvents.ts';
import type { GateView, RunView } from './runView.ts';
import { updateAgent, withPhase } from './changeView.ts';

/** What an agent does while its question is open. */
const ASKING = 'waiting for your answer';

/** A question of the script. */
export function openGate(view: RunView, event: RunEventOf<'gate.opened'>): RunView {
  const { gateId, question, details, phase, at } = event;
  const asked = { gateId, question, details, phase, openedAt: at };
  const gate = { ...asked, answeredAt: null, approved: null, note: '' };
  const others = view.gates.filter((item) => item.gateId !== gateId);
  return { ...withPhase(view, phase), gates: [...others, gate] };
}

/** Its answer. */
export function answerGate(view: RunView, event: RunEventOf<'gate.answered'>): RunView {
  const { gateId, approved, note, at } = event;
  return {
    ...view,
    gates: view.gates.map((gate) =>
      gate.gateId === gateId ? { ...gate, approved, note, answeredAt: at } : gate,
    ),
  };
}

/** The question whether an agent may run a command. */
export function askCommand(view: RunView, event: RunEventOf<'command.asked'>): RunView {
  const { questionId, agentId, command, cwd, sandbox, at } = event;
  const agent = view.agents.find((candidate) => candidate.agentId === agentId);
  const label = agent?.label ?? `Agent ${agentId}`;
  const gate = {
    gateId: questionId,
    question: commandQuestion(label, command),
    details: '',
    phase: agent?.phase ?? null,
    openedAt: at,
    answeredAt: null,
    approved: null,
    note: '',
    command: { agentId, agentLabel: label, command, cwd, sandbox },
  };
  const asked = { ...view, gates: [...view.gates, gate] };
  return agent === undefined ? asked : updateAgent(asked, agentId, { activity: ASKING });
}

/** Its answer; the agent goes on. */
export function answerCommand(view: RunView, event: RunEventOf<'command.answered'>): RunView {
  const { questionId, approved, by, forRun, at } = event;
  const notes = { user: forRun ? FOR_RUN_NOTE : '', timeout: 'nobody answered', gone: '' };
  const gate = view.gates.find((candidate) => candidate.gateId === questionId);
  const agentId = gate?.command?.agentId;
  const isThere = agentId !== undefined && view.agents[agentId - 1] !== undefined;
  const told = isThere ? updateAgent(view, agentId, { activity: '' }) : view;
  const isSame = (gate: GateView): boolean => gate.gateId === questionId;
  // A question that nobody had to answer is no part of the story.
  if (by === 'gone') return { ...told, gates: told.gates.filter((gate) => !isSame(gate)) };
  const answer = { approved, note: notes[by], answeredAt: at };
  return {
    ...told,
    gates: told.gates.map((gate) => (isSame(gate) ? { ...gate, ...answer } : gate)),
  };
}
