/** A large cluster: 5,000 pods and 500 services are looked at, beside kubectl; and who asks something else meanwhile. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { makeTargetDatabase } from '../src/clients/postgres.ts';
import { executions } from '../src/probes/executions.ts';
import { loadPolicy } from '../src/runbook/load.ts';
import { flags } from '../src/sandbox/bot.ts';
import { type House, startHouse } from '../src/sandbox/house.ts';
import { textOf } from '../src/sandbox/stories/story.ts';
import { bot, bundled } from './bundle.ts';
import { quantile } from './figures.ts';
import { add, type Contestant, interleaved, type Sample, took } from './interleaved.ts';
import { allAnswered } from './open-loop.ts';
import { type Line, ours, type Report } from './report.ts';

const rounds = 3;
const pods = 5_000;
const stuck = 100_000;

const wall = 'a look at 5,000 pods';
const blocked = 'longest block of the event loop meanwhile';
const rise = 'more memory after it';
const acknowledged = '/incident list, p99, while 5,000 pods are looked at';
const counted = '100,000 stuck executions';
const kubectl = 'kubectl get pods';
const bare = 'bare aggregate';

const lines: Line[] = [
  { figure: wall, unit: 'ms', aim: { says: `≤ ${kubectl}`, holds: (of) => of(ours) <= of(kubectl) } },
  { figure: blocked, unit: 'ms', aim: { says: '≤ 50 ms', holds: (of) => of(ours) <= 50 } },
  { figure: rise, unit: 'MB', aim: { says: '≤ 64 MB', holds: (of) => of(ours) <= 64 } },
  { figure: acknowledged, unit: 'ms', aim: { says: '< 100 ms', holds: (of) => of(ours) < 100 } },
  { figure: counted, unit: 'ms', aim: { says: `≤ 1.2 × ${bare}`, holds: (of) => of(ours) <= 1.2 * of(bare) } },
];

const run = promisify(execFile);

export async function cluster(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const large = await startLargeCluster(kubeconfig);
  const script = await bundled(bot, join(folder, 'ours'));
  const looker = await bundled('bench/contestants/looker.ts', join(folder, 'looker'));
  const house = await startHouse({ now: Date.now, say: () => {}, command: [script], env: { KUBECONFIG: kubeconfig } });
  const contestants: Contestant[] = [
    { name: ours, measure: () => lookedAt(looker, kubeconfig) },
    { name: kubectl, measure: () => listed(kubeconfig) },
  ];
  try {
    const measured = await interleaved(contestants, rounds);
    for (let round = 0; round < rounds; round += 1) add(measured, ours, await whileLooking(house));
    for (const [name, sample] of await executionsCounted(house)) add(measured, name, sample);
    return { bench: 'cluster', lines, measured };
  } finally {
    await house.stop();
    large.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startLargeCluster(kubeconfig: string): Promise<{ stop(): void }> {
  const env = { KUBECONFIG: kubeconfig };
  const child = spawn(process.execPath, ['bench/contestants/large-cluster.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return { stop: () => void child.kill() };
}

const Looked = z.object({ wallMs: z.number(), blockedMs: z.number(), riseMb: z.number(), unseen: z.array(z.string()) });

async function lookedAt(script: string, kubeconfig: string): Promise<Sample> {
  const env = { KUBECONFIG: kubeconfig, ISSUE_TYPE: 'api-gateway-502' };
  const { stdout } = await run(process.execPath, [...flags, script], { env });
  const { wallMs, blockedMs, riseMb, unseen } = Looked.parse(JSON.parse(stdout));
  if (unseen.length > 0) throw new Error(`not all was looked at: ${unseen.join('; ')}`);
  return { [wall]: wallMs, [blocked]: blockedMs, [rise]: riseMb };
}

async function listed(kubeconfig: string): Promise<Sample> {
  const began = performance.now();
  const env = { KUBECONFIG: kubeconfig, PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
  const { stdout } = await run('kubectl', ['get', 'pods', '-n', 'production'], { env, maxBuffer: 64 * 2 ** 20 });
  if (stdout.split('\n').length < pods) throw new Error('kubectl has not listed every pod');
  return { [wall]: performance.now() - began };
}

/** One look after another for as long as others ask. */
async function whileLooking({ slack }: House): Promise<Sample> {
  const looking = { isOver: false };
  const looks = (async () => {
    while (!looking.isOver) {
      const { length } = slack.transcript;
      await slack.user('U0BEN').command('diagnose api-gateway-502', { channel: 'C0GENERAL' });
      await slack.until(
        'the report',
        (entries) =>
          entries.slice(length).find((entry) => entry.user === 'U0BEN' && textOf(entry).includes('Looked at')),
        30_000,
      );
    }
  })();
  const send = async (): Promise<void> => {
    const { status } = await slack.user('U0ANA').command('list');
    if (status !== 200) throw new Error(`answered with ${status}`);
  };
  const took = await allAnswered({ perSecond: 50, seconds: 8, send });
  looking.isOver = true;
  await looks;
  return { [acknowledged]: quantile(took, 0.99) };
}

async function executionsCounted({ databases, env }: House): Promise<[string, Sample][]> {
  await databases.patient.pool.query(
    `insert into executions (id, workflow, status, started_at)
     select 'many-' || n, 'workflow-' || n % 40, 'running', now() - interval '2 hours' from generate_series(1, $1::int) n`,
    [stuck],
  );
  await databases.patient.pool.query('vacuum analyze executions');
  const database = makeTargetDatabase(env['TARGET_DATABASE_URL'] ?? '', () => {});
  const issueType = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml').issueTypes.find(
    ({ id }) => id === 'workflow-stuck',
  );
  if (!issueType) throw new Error('the runbook has no workflow-stuck');
  const contestants: Contestant[] = [
    {
      name: ours,
      measure: async () => ({
        [counted]: await took(() => executions.look({ clients: { database }, issueType, now: Date.now() })),
      }),
    },
    { name: bare, measure: async () => ({ [counted]: await took(() => database.query(aggregate)) }) },
  ];
  for (const { measure } of contestants) await measure();
  const measured = await interleaved(contestants, 7);
  await database.end();
  return Object.entries(measured).flatMap(([name, figures]) =>
    (figures[counted] ?? []).map((value): [string, Sample] => [name, { [counted]: value }]),
  );
}

/** What anybody would ask: how many by workflow, and since when. */
const aggregate = `select workflow, count(*), min(started_at) from executions
  where status = 'running' and started_at < now() - interval '1 hour' group by workflow order by count(*) desc`;
