/** Carries out a Dockerfile without Docker, as far as ours goes: COPY, RUN in the build stage, and what the image declares. */
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

interface Instruction {
  name: string;
  rest: string;
}

export interface Image {
  build: Instruction[];
  final: Instruction[];
}

export function readDockerfile(path: string): Image {
  const lines = readFileSync(path, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const instructions = lines.map((line) => {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    return { name, rest: rest.join(' ') };
  });
  const second = instructions.findLastIndex(({ name }) => name === 'FROM');
  return { build: instructions.slice(0, second), final: instructions.slice(second) };
}

export const all = (stage: Instruction[], name: string): string[] =>
  stage.filter((one) => one.name === name).map(({ rest }) => rest);

/** The last one counts, as in Docker. */
export const last = (stage: Instruction[], name: string): string => all(stage, name).at(-1) ?? '';

/** The words of a command in its JSON form; `HEALTHCHECK` has options before it. */
export const command = (text: string): string[] => z.array(z.string()).parse(JSON.parse(text.slice(text.indexOf('['))));

/** The build stage in a folder. `npm ci` gives way to packages that are installed already; every other step is run. */
export async function runBuild({ build }: Image, places: { from: string; to: string }): Promise<void> {
  const { from, to } = places;
  const ignored = new Set(readFileSync(join(from, '.dockerignore'), 'utf8').split('\n'));
  for (const { name, rest } of build) {
    if (name === 'COPY') copy(rest, places, ignored);
    if (name === 'RUN' && rest.startsWith('npm ci'))
      symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'), 'dir');
    else if (name === 'RUN') await promisify(execFile)('sh', ['-c', rest], { cwd: to });
  }
}

/** The final stage's copies of what was built; `/app` is the only working folder there is. */
export function copyBuilt({ final }: Image, places: { from: string; to: string }): void {
  for (const text of all(final, 'COPY')) {
    const [source = ''] = pathsOf(text);
    const built = source.replace(/^\/app\//, '');
    cpSync(join(places.from, built), built.includes('.') ? join(places.to, built) : places.to, { recursive: true });
  }
}

const pathsOf = (text: string): string[] => text.split(' ').filter((word) => !word.startsWith('--'));

function copy(text: string, { from, to }: { from: string; to: string }, ignored: Set<string>): void {
  const sources = pathsOf(text).slice(0, -1);
  const names = sources.includes('.') ? readdirSync(from) : sources;
  for (const name of names.filter((one) => !ignored.has(one)))
    cpSync(join(from, name), join(to, name), { recursive: true });
}
