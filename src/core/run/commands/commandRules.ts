import picomatch from 'picomatch';

/** What joins commands, redirects them or runs others inside of them, in shells. */
const SHELL_OPERATORS = /[;&|<>$`(){}\n\r]/gu;

/**
 * Whether one of the user's globs covers a command. A wildcard stands for arguments, not for further commands:
 * each shell operator of the command has to stand in the glob itself. Only `*` alone covers everything.
 */
export function commandRules(globs: readonly string[]): (command: string) => boolean {
  const rules = globs.map((glob) => glob.trim()).filter((glob) => glob !== '');
  const tests = rules.map((glob) => ({
    glob,
    matches: picomatch(glob, { bash: true, dot: true }),
  }));
  return (command) =>
    tests.some(({ glob, matches }) => {
      if (glob === '*' || glob === '**' || glob === command) return true;
      return operatorsOf(command).every((one) => glob.includes(one)) && matches(command);
    });
}

function operatorsOf(command: string): readonly string[] {
  return command.match(SHELL_OPERATORS) ?? [];
}
