import { callTool, fail, say, type Step } from '../support/scriptedModel.ts';
import { sessionRows } from './support/sessions.ts';
import { count, status } from './support/sights.ts';
import type { DialectBench } from './support/dialectBench.ts';
import type { DurableRunEvent } from '../../src/protocol/events/runEvents.ts';

const write = (path: string, text: string): readonly Step[] => [
  callTool('write_file', { path, text }),
  say('ok'),
];
const agentEnded =
  (agentId: number) =>
  (event: DurableRunEvent): boolean =>
    event.type === 'agent.ended' && event.agentId === agentId;
const agentQueued =
  (agentId: number) =>
  (event: DurableRunEvent): boolean =>
    event.type === 'agent.queued' && event.agentId === agentId;
const commands = (bench: DialectBench): unknown => bench.commands.length;
const changed = (bench: DialectBench): unknown =>
  [...bench.engine.tree.changes().keys()].toSorted();

const race = `const seen = []; const note = (name) => (value) => { seen.push(name); return value };
  const timer = (ms) => new Promise((go) => setTimeout(go, ms));
  await Promise.all([timer(25).then(note('t25')), agent('a').then(note('a')), timer(1).then(note('t1'))]);
  const won = await Promise.race([agent('b').then(() => 'agent'), timer(60).then(() => 'timer')]); return [seen.includes('a'), seen.indexOf('t1') < seen.indexOf('t25'), won]`;

sessionRows('Resume of an unchanged script', {
  'a run that came to its end asks nothing again': {
    first: `return [await agent('a'), await agent('b')]`,
    given: ['did a', 'did b'],
    asks: [],
  },
  'goes on where it was cut': {
    first: `return [await agent('a'), await agent('b')]`,
    cut: agentEnded(1),
    given: ['did a', 'did b'],
    asks: ['b'],
  },
  'an agent that was reserved and not ended runs again, and no other': {
    first: `return parallel([() => agent('a'), () => agent('b'), () => agent('c')])`,
    setting: { limits: { concurrency: 1 } },
    cut: agentEnded(2),
    given: ['did a', 'did b', 'did c'],
    asks: ['c'],
  },
  'a reservation alone is enough to run it again under its own number': {
    first: `return agent('a')`,
    cut: agentQueued(1),
    given: 'did a',
    asks: ['a'],
    sees: [[(bench) => bench.engine.view.agents.map(({ agentId }) => agentId), [1]]],
  },
  'equal calls keep their own answers': {
    first: `const got = [await agent('x'), await agent('x')]; await agent('end'); return got`,
    setting: { agents: { x: [say('1'), say('2')] } },
    cut: agentEnded(2),
    given: ['1', '2'],
    asks: ['end'],
  },
  'timers and races come in the journal’s order': {
    first: race,
    given: [true, true, 'agent'],
    asks: [],
  },
  'a timer that has fired does not fire again': {
    first: `await new Promise((go) => setTimeout(go, 30)); return agent('a')`,
    given: 'did a',
    asks: [],
    sees: [[(bench) => bench.ofType('timer.fired').length, 1]],
  },
  'the order of ends is the journal’s, whoever is quick now': {
    first: `const seen = []; await Promise.all(['a', 'b'].map((n) => agent(n).then(() => seen.push(n)))); await agent('end'); return seen.length`,
    cut: agentEnded(2),
    given: 2,
    asks: ['end'],
  },
  'budget.spent() is a function of what was delivered': {
    first: `const seen = [budget.spent()]; await agent('a'); seen.push(budget.spent()); await agent('b'); seen.push(budget.spent()); return seen`,
    cut: agentEnded(1),
    given: [0, 5, 10],
    asks: ['b'],
  },
  'files.changed() is a function of what was delivered': {
    first: `const seen = [files.changed()]; await agent('a'); seen.push(files.changed()); await agent('b'); return [...seen, files.changed()]`,
    setting: { agents: { a: write('a.md', 'a'), b: write('b.md', 'b') } },
    cut: agentEnded(1),
    given: [[], ['a.md'], ['a.md', 'b.md']],
    asks: ['b', 'b'],
    sees: [[changed, ['a.md', 'b.md']]],
  },
  'edits of recorded agents are in the tree': {
    first: `await agent('a'); return agent('b')`,
    setting: { agents: { a: write('a.md', 'a') } },
    cut: agentEnded(1),
    given: 'did b',
    asks: ['b'],
    sees: [[changed, ['a.md']]],
  },
  'a receipt is replayed for the same command on the same tree': {
    first: `const { ok } = await verify('npm test'); await agent('a'); return ok`,
    given: true,
    asks: [],
    sees: [[commands, 0]],
  },
  'a gate’s answer is replayed': {
    first: `const { note } = await gate('Ship it?'); await agent('a'); return note`,
    setting: {
      steer: async (bench) => {
        await bench.until('the gate', () => bench.engine.view.pauseReason === 'gate');
        bench.engine.control({
          action: 'answerGate',
          gateId: 1,
          approved: true,
          note: 'from a person',
        });
      },
    },
    later: { steer: () => Promise.resolve() },
    given: 'from a person',
    asks: [],
    sees: [[(bench) => bench.ofType('gate.answered').length, 1]],
  },
  'a refusal that a script caught is replayed': {
    first: `const name = await agent('x', { agentType: 'nobody' }).catch((e) => e.name); await agent('a'); return name`,
    given: 'Error',
    asks: [],
  },
  'a child is replayed with the text that it had': {
    first: `const one = await workflow('child'); await agent('end'); return one`,
    setting: {
      userWorkflows: [
        {
          type: 'text',
          path: '~/child.js',
          text: `export const meta = { name: 'child', description: 'd' };\nreturn agent('old')`,
        },
      ],
    },
    later: { userWorkflows: [] },
    given: 'did old',
    asks: [],
  },
  'log lines and phases are not said twice': {
    first: `phase('One'); log('x'); await agent('a'); return 1`,
    given: 1,
    asks: [],
    sees: [
      [count('log'), 1],
      [count('phase.started'), 1],
    ],
  },
});

const flaky: Readonly<Record<string, readonly Step[]>> = { bad: [fail('model_refused')] };

sessionRows('Resume and failures', {
  'a failed agent is tried again': {
    first: `return [await agent('good'), await agent('bad')]`,
    setting: { agents: flaky },
    later: { agents: {} },
    given: ['did good', 'did bad'],
    asks: ['bad'],
  },
  'what came after it is found by content': {
    first: `return [await agent('bad'), await agent('good')]`,
    setting: { agents: flaky },
    later: { agents: {} },
    given: ['did bad', 'did good'],
    asks: ['bad'],
  },
  'an agent that fails again is null again': {
    first: `return [await agent('good'), await agent('bad')]`,
    setting: { agents: flaky },
    given: ['did good', null],
    asks: ['bad'],
  },
  'a prompt that was none is no failure to try again forever': {
    first: `return [await agent(undefined), await agent('a')]`,
    given: [null, 'did a'],
    asks: [],
  },
  'agents that were cancelled are tried again': {
    first: `agent('left').then(log); return agent('a')`,
    second: `return [await agent('left'), await agent('a')]`,
    setting: { agents: { left: [{ type: 'hang' }] } },
    later: { agents: {} },
    given: ['did left', 'did a'],
    asks: ['left'],
  },
  'a verify() that could not be run is tried again': {
    first: `return verify('npm test').then(({ ok }) => ok, () => 'threw')`,
    setting: { command: () => Promise.reject(new Error('no shell')) },
    later: {
      command: () => Promise.resolve({ exitCode: 0, timedOut: false, durationMs: 1, output: '' }),
    },
    given: true,
    asks: [],
    sees: [[commands, 1]],
  },
  'a command that was not approved is asked for again': {
    first: `return verify('npm ' + 'test').then(({ ok }) => ok, () => 'threw')`,
    later: { config: { approvedCommands: ['npm test'] } },
    given: true,
    asks: [],
    sees: [[commands, 1]],
  },
  'a run that was stopped at a limit goes on with a higher one': {
    first: `return [await agent('a'), await agent('b')]`,
    setting: { limits: { maxAgents: 1 }, config: { onLimit: 'stop' } },
    later: { limits: { maxAgents: 9 } },
    given: ['did a', 'did b'],
    asks: ['b'],
    sees: [[status, 'completed']],
  },
});
