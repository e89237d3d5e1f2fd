// The recipes of CONTRIBUTING and of docs/add-a-playbook.md, carried out on a copy of the sources: each costs what it says.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { ran } from '../tools/program.ts';
import { inCi } from '../tools/shapes.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let copy = '';
let patient: TestDatabase;

beforeEach(async () => {
  patient = await testDatabase('template0');
  copy = mkdtempSync(join(tmpdir(), 'responder-recipe-'));
  for (const name of ['src', 'package.json', 'tsconfig.json', 'runbook.yaml'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
});
afterEach(async () => {
  rmSync(copy, { recursive: true, force: true });
  await patient.end();
});

/** Puts `line` below the first line that matches. */
function insert(path: string, below: RegExp, line: string): void {
  const lines = readFileSync(join(copy, path), 'utf8').split('\n');
  const at = lines.findIndex((one) => below.test(one));
  if (at === -1) throw new Error(`${path} has no line like ${below.source}`);
  writeFileSync(join(copy, path), lines.toSpliced(at + 1, 0, line).join('\n'));
}

/** The files in which the compiler finds something wrong. */
async function complaints(): Promise<string[]> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const said = await promisify(execFile)(process.execPath, [tsc, '--noEmit', '--pretty', 'false'], { cwd: copy }).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
  const files = [...said.matchAll(/^(src\/[^(]+)\(/gm)].map((match) => match[1] ?? '');
  return [...new Set(files)].toSorted();
}

const run = (words: string[], env?: Record<string, string>) => ran(words, env, copy);
const evaluate = async (code: string): Promise<string> => (await run(['--input-type=module', '-e', code])).printed;

const entry = () =>
  insert(
    'src/incident/policy.ts',
    /^export const defaultReminders/,
    "  toy: { name: 'a toy', from: 'the resolve', p1: dailyFromNow },",
  );
const branch = () => insert('src/incident/clocks.ts', /^const anchors/, '  toy: aftermath,');
const text = () =>
  insert(
    'src/slack/views/reminder.ts',
    /^const texts/,
    "  toy: { says: () => 'a toy is owed', buttons: chore('toy') },",
  );

function verb(): void {
  const file = `
    import { order, type Verb } from './verb.ts';
    export const toy: Verb = {
      name: 'toy', usage: 'toy', help: 'a toy', right: 'respond', on: 'incident', run: () => order({ kind: 'mitigate' }),
    };`;
  writeFileSync(join(copy, 'src/slack/commands/toy.ts'), file);
  insert('src/slack/commands/index.ts', /^import/, "import { toy } from './toy.ts';");
  insert('src/slack/commands/index.ts', /^export const verbs/, '  toy,');
}

const page = readFileSync(join(root, 'docs/add-a-playbook.md'), 'utf8');
const shown = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

/** As the page shows it. */
function playbook(): void {
  const [type = ''] = shown('yaml');
  const [file = '', line = ''] = shown('ts');
  const [name = ''] = /\w+Playbook/.exec(line) ?? [];
  writeFileSync(join(copy, 'runbook.yaml'), `${readFileSync(join(copy, 'runbook.yaml'), 'utf8').trimEnd()}\n${type}`);
  writeFileSync(join(copy, 'src/playbooks/database-size.ts'), file);
  const list = join(copy, 'src/playbooks/index.ts');
  writeFileSync(list, line + readFileSync(list, 'utf8').replace('Playbook[] = [', `Playbook[] = [${name}, `));
}

/** What a P1 owes besides the hourly chores, once it is resolved. */
const duties = `
  import { readFileSync } from 'node:fs';
  import { dutiesFor } from './src/incident/clocks.ts';
  import { decide, decideDeclaration } from './src/incident/decide.ts';
  import { loadPolicy } from './src/runbook/load.ts';
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const actor = { slack: 'U1' };
  const at = { id: 'a', number: 1, by: actor, open: [], now: 0, policy };
  const declared = decideDeclaration({ kind: 'declare', severity: 'p1', title: 'x' }, at).next;
  const resolved = decide(declared, { actor, command: { kind: 'resolve' } }, { now: 60_000, policy }).next;
  const kinds = dutiesFor(resolved, policy).map(({ kind }) => kind);
  console.log(kinds.filter((kind) => kind === 'toy' || kind === 'post-mortem').toSorted().join());`;

const firstVerbs = `
  import { verbs } from './src/slack/commands/index.ts';
  console.log(verbs.slice(0, 2).map(({ name }) => name).join());`;

/** The whole house is compiled. */
const compiling = 120_000;

function everything(): void {
  entry();
  branch();
  text();
  verb();
  playbook();
}

inCi(
  'the compiler finds nothing wrong with all of them',
  async () => {
    everything();

    expect(await complaints()).toEqual([]);
  },
  compiling,
);

inCi(
  'a new duty is asked for by the compiler, in its branch and its text, once it stands in the policy',
  async () => {
    entry();

    expect(await complaints()).toEqual(['src/incident/clocks.ts', 'src/slack/views/reminder.ts']);
  },
  compiling,
);

it(
  'a new duty is one entry, one branch and one text; a new verb one file and one line; a new playbook too, and its look finds something',
  async () => {
    const url = { TARGET_DATABASE_URL: patient.url };
    const look = ['src/cli/diagnose.ts', 'database-size'];
    const before = await run(look, url);
    everything();

    expect(await evaluate(duties)).toBe('post-mortem,toy');
    expect(await evaluate(firstVerbs)).toBe('toy,declare');
    const after = await run(look, url);
    expect([before.code, after.code]).toEqual([64, 1]);
    expect(after.printed).toContain('[warning]');
    expect(after.printed).toMatch(/The database has \d+ bytes\./);
  },
  compiling,
);
