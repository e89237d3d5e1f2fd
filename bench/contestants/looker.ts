/** Looks once at a cluster as the bot does, and prints what that cost this process: JSON of milliseconds and megabytes. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { makeClients } from '../../src/clients/clients.ts';
import { kinds } from '../../src/diagnosis/cluster.ts';
import { look } from '../../src/engine/look.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { podOf } from '../../src/probes/pod-row.ts';
import { loadPolicy } from '../../src/runbook/load.ts';

const { KUBECONFIG: kubeconfig = '', ISSUE_TYPE: issueType = '' } = process.env;
const settleMs = 500;

const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
const targets = makeClients({ cluster: { kubeconfig } }, (what, error) => {
  throw new Error(what, { cause: error });
});
// what speaks to a cluster is loaded, a connection is open and a pod has been read, as in a bot that has run for a minute
await targets.clients.cluster?.list({
  kind: kinds.pods,
  namespace: 'production',
  labels: 'app=service-0',
  parse: podOf,
});
await pause(settleMs);

const before = process.memoryUsage.rss();
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
const began = performance.now();
const report = await look({ policy, playbooks, ...targets }, issueType);
const wallMs = performance.now() - began;
const riseMb = (process.memoryUsage.rss() - before) / 2 ** 20;
// a block is counted once it is over: the last one too
await pause(settleMs);
delays.disable();
const unseen = report?.checks.filter(({ verdict }) => verdict === 'unknown').map(({ name, why }) => `${name}: ${why}`);
console.log(JSON.stringify({ wallMs, blockedMs: delays.max / 1e6, riseMb, unseen }));
await targets.end();
