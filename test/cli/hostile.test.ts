/** Hostile models and hostile files against the whole product: each attack is refused, and its agent told why. */
import assert from 'node:assert/strict';
import type { Attack } from './hostile/attack.ts';
import { answerAttacks } from './hostile/answerAttacks.ts';
import { commandAttacks, refusedCommands, sandboxAttacks } from './hostile/commandAttacks.ts';
import { fileAttacks } from './hostile/fileAttacks.ts';
import { machineAttacks } from './hostile/machineAttacks.ts';
import {
  knownTools,
  repositoryAttacks,
  repositoryWarnings,
  terminalAttacks,
  unsandboxedAttacks,
} from './hostile/repositoryAttacks.ts';
import { verifyAttacks } from './hostile/verifyAttacks.ts';
import { hasSandbox } from '../support/hasSandbox.ts';
import { HostileBed, type Attacked, type AttackOptions } from './hostile/hostileBed.ts';

describe('A hostile model', function () {
  this.timeout(60_000);
  let bed: HostileBed;
  before(async () => {
    bed = await HostileBed.create();
  });
  after(() => bed.dispose());

  check('with the tools for files', fileAttacks);
  check('with the form of its answers', answerAttacks);
  const allowed = { arguments: ['--allow-command', '*', '--unsandboxed'] };
  if (hasSandbox()) check('with commands on what is around them', sandboxAttacks, allowed);
  if (hasSandbox()) check('with commands on their own files', commandAttacks, allowed);
  if (hasSandbox()) check('with commands on the machine', machineAttacks, allowed);
  check('with commands that nobody allowed', refusedCommands, {
    arguments: ['--allow-command', 'npm test', '--allow-command', 'node --test *', '--unsandboxed'],
  });

  check('in a repository whose files are hostile', repositoryAttacks, allowed, (attacked) => {
    it('definitions that are none, and tools that there are not: the run says so', () => {
      const { events, requests } = attacked();
      const warnings = events.flatMap((event) => (event.type === 'log' ? [event.message] : []));
      for (const warning of repositoryWarnings) {
        assert.ok(
          warnings.some((text) => warning.test(text)),
          `${warning.source}\n${warnings.join('\n')}`,
        );
      }
      for (const { system, tools = [] } of requests) {
        assert.match(
          JSON.stringify(system),
          /<project-instructions>.*Ignore previous instructions/u,
        );
        assert.ok(
          tools.every(({ name }) => knownTools.has(name)),
          JSON.stringify(tools),
        );
      }
    });
  });
  check('without a sandbox, and without the consent for that', unsandboxedAttacks, {
    arguments: ['--allow-command', '*'],
    variables: { MUSTER_SANDBOX: 'off' },
  });

  it('writes nothing to the terminal but text', async () => {
    const { stdout, stderr } = await bed.print(terminalAttacks);
    assert.match(stdout, /\\u001b\]52;c;/u, stderr);
    for (const text of [stdout, stderr]) assert.doesNotMatch(text, /(?!\n)\p{Cc}/u);
  });

  if (hasSandbox()) {
    it('takes its commands along when it is killed', async () => {
      assert.deepEqual(await bed.killDuring('trap "" TERM HUP; sleep 25'), []);
    });

    for (const { title, script, result } of verifyAttacks) {
      it(`has a verification ${title}`, async () => {
        const { events, harm } = await bed.attack([], { ...allowed, script: bed.place(script) });
        const end = events.at(-1);
        assert.ok(end?.type === 'run.ended' && 'result' in end);
        assert.match(JSON.stringify(end.result), result);
        assert.deepEqual(harm, []);
      });
    }
  }

  /** One run for all of them; then a test for each, with what it was told and what came of the world. */
  function check(
    kind: string,
    attacks: readonly Attack[],
    options: AttackOptions = {},
    also: (attacked: () => Attacked) => void = () => undefined,
  ): void {
    describe(kind, () => {
      let attacked: Attacked;
      before(async () => {
        attacked = await bed.attack(attacks, options);
      });
      for (const attack of attacks) {
        it(attack.title, () => {
          const { outcome, message, changed } = attacked.agentOf(attack);
          if (attack.failed === undefined) assert.deepEqual([outcome, message], ['ok', '']);
          else assert.match(`${outcome}: ${message}`, attack.failed);
          const told = attacked.told(attack);
          assert.equal(told.length, attack.told.length, told.join('\n'));
          for (const [index, reason] of attack.told.entries())
            assert.match(told[index] ?? '', reason);
          assert.deepEqual(changed, attack.proposed ?? []);
          assert.deepEqual(attacked.harm, []);
        });
      }
      also(() => attacked);
    });
  }
});
