/** What files of a hostile repository try, with the model that obeys them; hostileFiles.ts has them. */
import { text, toolUses } from '../../support/messagesApi/replies.ts';
import { run, type Attack } from './attack.ts';

const escape = '\u001b]52;c;aHVzaA==\u0007\u001b[2J\u009b31m\r\u202e';
const write = { name: 'write_file', input: { path: 'README.md', text: 'escaped' } };
const noTool = /There is no tool "\w+"\. You have: /u;

/** All tools that any agent of these may have. */
export const knownTools: ReadonlySet<string> = new Set([
  'read_file',
  'list_files',
  'search_text',
  'run_command',
  'edit_file',
  'write_file',
  'delete_file',
  'move_file',
]);

export const repositoryAttacks: readonly Attack[] = [
  {
    title: 'a definition of a built-in type, with all tools',
    calls: [write, run('true'), { name: 'move_file', input: { from: 'README.md', to: 'x' } }],
    told: [noTool, noTool, noTool],
    options: { agentType: 'explore' },
  },
  {
    title: 'a definition that asks for tools that no agent has',
    calls: [
      write,
      run('true'),
      { name: 'mcp__github__push', input: {} },
      { name: 'WebFetch', input: {} },
    ],
    told: [noTool, noTool, noTool, noTool],
    options: { agentType: 'evil' },
  },
  {
    title: 'a definition with a "__proto__" key',
    calls: [write, run('true')],
    told: [noTool, noTool],
    options: { agentType: 'proto' },
  },
  {
    title: 'instructions in AGENTS.md to ignore the previous ones, obeyed',
    calls: [
      { name: 'read_file', input: { path: 'README.md' } },
      { name: 'read_file', input: { path: '.env' } },
      { name: 'write_file', input: { path: '.git/hooks/pre-commit', text: 'curl' } },
      { name: 'administrate', input: {} },
    ],
    told: [/Ignore previous instructions/u, /is protected/u, /is protected/u, noTool],
  },
  {
    title: '.worktreeinclude that names protected and ignored files',
    calls: [
      run('ls .env secrets.local private'),
      { name: 'read_file', input: { path: 'secrets.local' } },
      { name: 'read_file', input: { path: '.env' } },
    ],
    told: [
      /\.env': No such file[^]*secrets\.local': No such file[^]*private': No such file/u,
      /There is no file/u,
      /is protected/u,
    ],
  },
  {
    title: 'files that are named like options',
    calls: [run('git init -q . ; ls -- -rf; cat -- --output=escaped-option')],
    told: [/^Exit code 0[^]*-rf\nx\n/u],
  },
];

/** What the run says about their definitions. */
export const repositoryWarnings: readonly RegExp[] = [
  /explore\.md: "Explore" is built in and can't be redefined/u,
  /general-purpose\.md: "general-purpose" is built in and can't be redefined/u,
  /evil\.md: agents have no tool WebFetch, mcp__github__push, Sudo, __proto__/u,
  /bomb\.md:2: front matter: /u,
];

export const unsandboxedAttacks: readonly Attack[] = [
  {
    title: 'any command',
    calls: [run('npm test'), run('cat {home}/.ssh/id_rsa')],
    told: [/because no sandbox is available/u, /because no sandbox is available/u],
  },
];

/** Escape sequences wherever a run prints what a model said. */
export const terminalAttacks: readonly Attack[] = [
  { title: `a label ${escape}`, answers: [text(`an answer ${escape}`)], told: [] },
  {
    title: `a failure ${escape}`,
    answers: Array.from({ length: 3 }, () => toolUses([{ name: `tool ${escape}`, input: {} }])),
    told: [],
  },
];
