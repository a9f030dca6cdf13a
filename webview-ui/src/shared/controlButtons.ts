import { canBeResumed, needsHigherLimits, situationOf, type RunStanding } from './runSituation.ts';

/** A control of a run as a button; both pages draw the same ones in their own look. */
export interface ControlButton {
  readonly action: 'pause' | 'resume' | 'throttle' | 'raise' | 'stop' | 'cancel' | 'answer';
  /** Buttons share a key where one may turn into the other under the focus. */
  readonly key: string;
  readonly label: string;
  readonly icon: string;
  readonly look: 'primary' | 'secondary';
}

const BUTTONS = {
  answer: { action: 'answer', label: 'Answer…', icon: 'bell', look: 'primary' },
  pause: { action: 'pause', label: 'Pause', icon: 'debug-pause', look: 'secondary' },
  resume: { action: 'resume', label: 'Resume', icon: 'debug-continue', look: 'primary' },
  goOn: { action: 'resume', label: 'Continue', icon: 'debug-continue', look: 'primary' },
  raise: { action: 'raise', label: 'Raise limits…', icon: 'arrow-up', look: 'primary' },
  stop: { action: 'stop', label: 'Stop and keep results', icon: 'debug-stop', look: 'secondary' },
  throttle: { action: 'throttle', label: 'Throttle', icon: 'dashboard', look: 'secondary' },
  cancel: { action: 'cancel', label: 'Cancel', icon: 'debug-stop', look: 'secondary' },
} as const;

type ButtonName = keyof typeof BUTTONS;

/** What can be done with the run as it stands, what it waits for first. */
export function controlButtons(run: RunStanding, openGates: number): readonly ControlButton[] {
  const answer: readonly ButtonName[] = openGates > 0 ? ['answer'] : [];
  return [...answer, ...namesFor(run)].map((name) => describeButton(name, run));
}

function namesFor(run: RunStanding): readonly ButtonName[] {
  switch (situationOf(run)) {
    case 'running':
      return ['pause', 'throttle', 'cancel'];
    case 'user':
      return ['resume', 'throttle', 'cancel'];
    case 'limit':
      return ['raise', 'stop'];
    case 'breaker':
    case 'usage':
      return ['goOn', 'cancel'];
    case 'gate':
      return ['cancel'];
    case 'ended':
      return canBeResumed(run) ? ['resume'] : [];
  }
}

function describeButton(name: ButtonName, run: RunStanding): ControlButton {
  const button = BUTTONS[name];
  // Pausing and resuming is one switch; anything else must not slip under a finger.
  const key = name === 'pause' || name === 'resume' ? 'switch' : name;
  const label = name === 'resume' && needsHigherLimits(run) ? 'Resume…' : button.label;
  return { ...button, key, label };
}
