/** The runbook's own way of looking, a psql inside the pod: for where no connection of our own leads. */
import type { Cluster, Right } from '../diagnosis/cluster.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Surroundings } from '../diagnosis/diagnosis.ts';
import { askedOnce } from '../diagnosis/shared.ts';
import { oneLine } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import type { IssueType } from '../incident/policy.ts';

export const execRight: Right = { kind: kinds.pods, subresource: 'exec', verbs: ['get', 'create'] };

export const poolerTargets = ['pooler', 'poolerPort', 'poolerUser'];
export const databaseTargets = ['database', 'databasePort', 'databaseUser'];

type Place = 'pooler' | 'database';

/** Rows by the names in their header; every value is text, an empty one is left out. */
export type TextRow = Record<string, string>;

const couldNotConnect = 2;
const separator = '\t';
/** no question for a password, no start-up file, nothing but header and rows */
const plainly = ['psql', '-w', '-X', '-q', '-A', '-F', separator, '-P', 'footer=off'];

const isWord = /^[A-Za-z0-9_.-]{1,63}$/;

/** What psql connects to. Words of the policy, and checked: a space would begin another setting. */
function conninfo({ targets }: IssueType, place: Place): string {
  const own = {
    pooler: { dbname: 'pgbouncer', port: targets['poolerPort'] ?? '6432', user: targets['poolerUser'] },
    database: { dbname: 'postgres', port: targets['databasePort'], user: targets['databaseUser'] },
  }[place];
  const words = Object.entries({ ...own, connect_timeout: '2' }).filter(([, word]) => word !== undefined);
  for (const [name, word = ''] of words)
    if (!isWord.test(word))
      throw new CannotSee('unreadable', `the runbook names no usable ${name} for psql in ${targets[place]}`);
  const limits = place === 'database' ? ` options='-c statement_timeout=2500'` : '';
  return `${words.map(([name, word]) => `${name}=${word}`).join(' ')}${limits}`;
}

export function commandFor(issueType: IssueType, place: Place, statement: string): string[] {
  return [...plainly, '-c', statement, '-d', conninfo(issueType, place)];
}

/** Its rows; an error with psql's own words where it could not connect; `CannotSee` where it did not get so far. */
export async function psqlInPod(
  { clients: { cluster }, issueType }: Surroundings,
  place: Place,
  statement: string,
): Promise<TextRow[]> {
  const pod = issueType.targets[place];
  const namespace = issueType.targets['namespace'];
  if (!cluster) throw new CannotSee('absent', 'no cluster to look at is configured (KUBECONFIG)');
  if (pod === undefined || namespace === undefined)
    throw new CannotSee('absent', `the runbook names no pod for the ${place}, or no namespace`);
  return once(cluster, namespace, pod, ...commandFor(issueType, place, statement));
}

/** Several probes read the same answer. */
const once = askedOnce(async (cluster: Cluster, ...[namespace = '', pod = '', ...command]: string[]) => {
  const ran = await cluster.exec({ namespace, pod, command });
  if (ran.exitCode === 0) return rowsOf(ran.stdout);
  const said = ran.stderr.split('\n').find((line) => line.trim() !== '') ?? `psql ended with ${ran.exitCode}`;
  const sentence = oneLine(said.replace(/^psql: error: /, ''));
  // only then the words are an answer to psql, not of psql or of what should have run it
  if (ran.exitCode === couldNotConnect) throw new Error(sentence);
  throw new CannotSee('unreadable', `psql in ${pod} could not be asked: ${sentence}`);
});

/** Every statement of ours has a row to show, on whatever server: without one it was not psql that ran it. */
function rowsOf(stdout: string): TextRow[] {
  const [header = '', ...lines] = stdout.split('\n').filter((line) => line !== '');
  if (lines.length === 0) throw new CannotSee('unreadable', 'psql answered without a single row');
  const names = header.split(separator);
  return lines.map((line) => {
    const values = line.split(separator);
    if (values.length !== names.length)
      throw new CannotSee('unreadable', 'psql answered with rows unlike their header');
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']).filter(([, value]) => value !== ''));
  });
}
