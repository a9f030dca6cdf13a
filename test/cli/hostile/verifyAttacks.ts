/** Tests that attack whoever runs them. */
import { MAX_COMMAND_PROCESSES } from '../../../src/core/limits.ts';

interface VerifyAttack {
  readonly title: string;
  /** Statements of a workflow; places stand in braces as in calls. */
  readonly script: string;
  /** What comes back, as JSON. */
  readonly result: RegExp;
}

const verify = (command: string, more = ''): string =>
  `await verify({ command: ${JSON.stringify(command)}, required: false${more} })`;

const most = 3 * MAX_COMMAND_PROCESSES;

export const verifyAttacks: readonly VerifyAttack[] = [
  {
    title: 'that writes into node_modules, which the next one does not see',
    script: `const first = ${verify('echo changed > node_modules/dependency/index.js; rm -rf node_modules/dependency')};
      const second = ${verify('cat node_modules/dependency/index.js node_modules/absolute/index.js')};
      return [first.ok, second.output];`,
    result:
      /^\[false,"module\.exports = \\"untouched\\";\\nmodule\.exports = \\"untouched\\";\\n"\]$/u,
  },
  {
    title: 'that writes into a package of the workspace, which the next one does not see',
    script: `const first = ${verify('echo changed > node_modules/absolute/index.js; cat packages/absolute/index.js')};
      const second = ${verify('cat packages/absolute/index.js')};
      return [first.output, second.output];`,
    result: /^\["changed\\n","module\.exports = \\"untouched\\";\\n"\]$/u,
  },
  {
    title: 'that leaves a repository whose settings would run in the next one',
    script: `const first = ${verify('git init -q . && git config core.fsmonitor "touch ran" && git config alias.st "!touch ran" && mkdir -p lib/.git && ls -d .git')};
      const second = ${verify('ls -a . lib; git st; git status; ls ran')};
      return [first.ok, second.output];`,
    result: /^\[true,"(?:(?!\.git\\n).)*not a git repository(?:(?!\.git\\n).)*"\]$/u,
  },
  {
    title: 'that forks without end',
    script: `const receipt = ${verify(`i=0; while [ $i -lt ${most} ]; do sleep 20 & i=$((i+1)); done; wait`)};
      return [receipt.ok, receipt.exitCode, receipt.output];`,
    result: new RegExp(
      `false,null,".*Stopped: it started more than ${MAX_COMMAND_PROCESSES} processes`,
      'u',
    ),
  },
  {
    title: 'whose reports are links, pipes and documents that unfold',
    script: `const reports = [];
      for (const make of [
        'ln -s {home}/.ssh/id_rsa junit.xml',
        'mkfifo junit.xml',
        'ln -s /dev/zero junit.xml',
        ${JSON.stringify(`printf '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><testsuite tests="1"><testcase name="&b;"/></testsuite>' > junit.xml`)},
      ]) reports.push((await verify({ command: make, report: 'junit', required: false })).tests);
      return reports;`,
    result: /^\[null,null,null,null\]$/u,
  },
  {
    title: 'in folders that lead out',
    script: `const said = [];
      for (const cwd of ['..', 'link-to-ssh', 'lib/../..', 'nowhere'])
        said.push(await verify({ command: 'cat config.txt', cwd, required: false }).catch((error) => error.message));
      return said;`,
    result:
      /leaves the workspace.*is outside the repository.*leaves the workspace.*there is no such folder/u,
  },
];
