// CONTRIBUTING's recipes, carried out on a copy of the sources: a toy duty and a toy verb cost what the recipe says.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
let copy = '';

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'responder-recipe-'));
  for (const name of ['src', 'package.json', 'tsconfig.json', 'runbook.yaml'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

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

async function run(code: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: copy });
  return stdout.trim();
}

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

/** Each compiles the whole house, some of them twice. */
const compiling = 60_000;

describe('a new duty', () => {
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

  it(
    'is asked for by the compiler, in its branch and its text, once it stands in the policy',
    async () => {
      entry();

      expect(await complaints()).toEqual(['src/incident/clocks.ts', 'src/slack/views/reminder.ts']);
    },
    compiling,
  );

  it(
    'is one entry, one branch and one text',
    async () => {
      entry();
      branch();
      text();

      expect(await complaints()).toEqual([]);
      expect(await run(duties)).toBe('post-mortem,toy');
    },
    compiling,
  );
});

describe('a new verb over an existing command', () => {
  const file = `
    import { order, type Verb } from './verb.ts';
    export const toy: Verb = {
      name: 'toy', usage: 'toy', help: 'a toy', right: 'respond', on: 'incident', run: () => order({ kind: 'mitigate' }),
    };`;

  const first = `
    import { verbs } from './src/slack/commands/index.ts';
    console.log(verbs.slice(0, 2).map(({ name }) => name).join());`;

  it(
    'is one file and one line',
    async () => {
      writeFileSync(join(copy, 'src/slack/commands/toy.ts'), file);
      insert('src/slack/commands/index.ts', /^import/, "import { toy } from './toy.ts';");
      insert('src/slack/commands/index.ts', /^export const verbs/, '  toy,');

      expect(await complaints()).toEqual([]);
      expect(await run(first)).toBe('toy,declare');
    },
    compiling,
  );
});
