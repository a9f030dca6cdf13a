/** Which files of a command's folder may be its report: those that somebody other than a test has named. */
import path from 'node:path';
import { readPlainFile } from './reportFiles.ts';

const NAMES = {
  junit: [
    'junit.xml',
    'test-results.xml',
    'test-results/junit.xml',
    'reports/junit.xml',
    'test-results/results.xml',
    'results.xml',
    'report.xml',
    '.vitest/junit/output.xml',
  ],
  json: ['.vitest/json/output.json', 'test-results.json', 'reports/test-results.json'],
} as const;

const SCRIPT_ENDS = ['js', 'cjs', 'mjs', 'ts', 'cts', 'mts'];
const SCRIPTED = ['jest.config', 'vitest.config', 'vite.config', '.mocharc'];

/** Where runners are told to write a report. */
const CONFIGURATIONS = [
  'package.json',
  'jest.config.json',
  '.mocharc.json',
  '.mocharc.yml',
  '.mocharc.yaml',
  'pytest.ini',
  'pyproject.toml',
  'tox.ini',
  'setup.cfg',
  ...SCRIPTED.flatMap((name) => SCRIPT_ENDS.map((end) => `${name}.${end}`)),
];

/** Reporters that write a file whose name nobody has to say. */
const DEFAULT_FILES: readonly (readonly [reporter: string, file: string])[] = [
  ['jest-junit', 'junit.xml'],
  ['mocha-junit-reporter', 'test-results.xml'],
];

export interface ReportRequest {
  readonly command: string;
  readonly directory: string;
  readonly format: 'auto' | 'tap' | 'junit' | 'json';
}

/** All usual names where a format was asked for; else those that the command or a configuration names. */
export async function namedReports(request: ReportRequest): Promise<readonly string[]> {
  const { command, directory, format } = request;
  if (format === 'tap') return [];
  if (format !== 'auto') return NAMES[format];
  const files = CONFIGURATIONS.map((name) => readPlainFile(path.join(directory, name)));
  const texts = await Promise.all(files.map((text) => text.catch(() => null)));
  const said = [command, ...texts.filter((text) => text !== null)].join('\n');
  const byDefault = DEFAULT_FILES.filter(([reporter]) => said.includes(reporter));
  return [...NAMES.json, ...NAMES.junit].filter(
    (name) => said.includes(name) || byDefault.some(([, file]) => file === name),
  );
}
