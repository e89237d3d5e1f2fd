import { diagnosed } from './diagnosed.ts';

export const p2LeakingPod = diagnosed({
  name: 'p2-leaking-pod',
  about: 'a P2 of high memory: one of three pods grows, and when it will be at its limit',
  scenario: 'one-pod-leaks',
  declare: 'declare p2 high memory of the api',
  says: ['api-0', '471 MiB of 512 MiB', 'kubectl top'],
  mending: 'Dana restarts that one pod, and looks again.',
  resolution: 'one pod leaked; restarted, and the team of the api looks for the leak',
});
