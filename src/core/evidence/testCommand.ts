/** Commands that people run for nothing but their tests: one of these that runs no test has shown nothing. */
const RUNNERS =
  /(?:^|[\s;&|(/])(?:(?:npm|pnpm|yarn|bun)(?: run(?:-script)?)? (?:t|tst|test)(?:[:\w-]*)|node (?:--\S+ )*--test|deno test|(?:npx |yarn |pnpm |pnpm exec )?(?:mocha|jest|vitest|ava|tap|tape|jasmine|karma|nyc|c8)|py\.test|pytest|python3? -m (?:pytest|unittest)|tox|nox|go test|cargo (?:test|nextest)|mvn \S*test|gradlew? \S*test|dotnet test|rspec|phpunit|make (?:test|check)|ctest|prove)(?=$|[\s;&|)])/u;

export function isTestCommand(command: string): boolean {
  return RUNNERS.test(command);
}
