// The documents against the house: commands, links, paths and tables that they show must be there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { settingsTable } from '../../src/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const inFolder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(folder, path));
const atRoot = readdirSync(root).filter((path) => path.endsWith('.md'));
const documents = [...atRoot, ...inFolder('docs')];

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

const scripts = new Set(
  Object.keys(z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts),
);

/** Script names in `npm test`, `npm start` and `npm run x`. */
const scriptsIn = (text: string): string[] =>
  all(text, /\bnpm (?:run (?:-s )?)?((?<=run (?:-s )?)[a-z:-]+|test|start)\b/g);

/** Local targets of links, without what follows a #. */
const linksIn = (text: string): string[] =>
  all(text, /\]\(([^)\s]+)\)/g)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => link.split('#')[0] ?? '')
    .filter((link) => link !== '');

/** A folder under which no product path begins: somebody's machine. */
const machinePath = /(?<![\w.:/<>-])\/(?:home|Users|root|tmp|work|var|opt|private|mnt)\/[\w.-]+|\b[A-Z]:\\\w+/;

const namedPaths = (text: string): string[] => all(text, /`((?:src|test|docs)\/[^`\s]*|[\w.-]+\.(?:ya?ml|json))`/g);

describe('every document', () => {
  it('shows only npm scripts that there are', () => {
    const unknown = documents.flatMap((path) =>
      scriptsIn(read(path))
        .filter((script) => !scripts.has(script))
        .map((script) => `${path}: npm run ${script}`),
    );

    expect(unknown).toEqual([]);
  });

  it('links to documents and files that there are', () => {
    const broken = documents.flatMap((path) =>
      linksIn(read(path))
        .filter((link) => !existsSync(join(root, dirname(path), link)))
        .map((link) => `${path}: ${link}`),
    );

    expect(broken).toEqual([]);
  });

  it('names files of the house that there are', () => {
    const missing = documents
      .filter((path) => path !== 'docs/runbook.md')
      .flatMap((path) =>
        namedPaths(read(path))
          .filter((named) => !isThere(named))
          .map((named) => `${path}: ${named}`),
      );

    expect(missing).toEqual([]);
  });

  it('knows no path of anybody’s machine', () => {
    const telling = documents.filter((path) => machinePath.test(read(path)));

    expect(telling).toEqual([]);
  });
});

/** A file of the repository, or one that a sentence names by its last part alone. */
const isThere = (named: string): boolean =>
  existsSync(join(root, named)) || existsSync(join(root, 'test/tools', named));

describe('the README', () => {
  it('has the two commands that everything starts with', () => {
    const readme = read('README.md');

    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
  });

  it('shows the settings as they are', () => {
    const [, shown] = /<!-- settings:[^>]*-->\n([\s\S]*?)\n<!-- \/settings -->/.exec(read('README.md')) ?? [];

    expect(shown).toBe(settingsTable());
  });

  it('shows a real run', () => {
    const [, transcript = ''] = /<!-- transcript -->([\s\S]*?)<!-- \/transcript -->/.exec(read('README.md')) ?? [];

    expect(transcript).toMatch(/acknowledge[\s\S]*resolve/i);
  });
});

describe('the map', () => {
  it('leads only to what there is', () => {
    const paths = all(read('docs/map.md'), /^\| `([^`]+)` \|/gm);

    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('has a line for every room', () => {
    const map = namedPaths(read('docs/map.md'));
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`,
    );

    expect(rooms.filter((room) => !map.includes(room))).toEqual([]);
  });
});

describe('the list of decisions', () => {
  it('has every decision once, in order', () => {
    const files = readdirSync(join(root, 'docs/adr'))
      .filter((path) => /^\d{4}-/.test(path))
      .toSorted();

    expect(linksIn(read('docs/adr/README.md'))).toEqual(files);
  });
});

describe('these checks', () => {
  it.each([
    ['npm run demo -- --script x', ['demo']],
    ['`npm ci && npm test`', ['test']],
    ['npm start', ['start']],
    ['Node and npm are needed', []],
    ['npm ci', []],
  ])('find the scripts of %s', (text, found) => {
    expect(scriptsIn(text)).toEqual(found);
  });

  it.each(['see /home/ana/responder', 'in /tmp/x1', '`C:\\work`'])('find the machine in %s', (text) => {
    expect(text).toMatch(machinePath);
  });

  it.each(['/slack/events', 'https://example.com/home/ana', 'src/work/a.ts', '/webhooks/opsgenie'])(
    'find none in %s',
    (text) => {
      expect(text).not.toMatch(machinePath);
    },
  );

  it('find links but not addresses', () => {
    expect(linksIn('[a](docs/a.md#b) [c](https://x.example/d) [e](#f)')).toEqual(['docs/a.md']);
  });
});
