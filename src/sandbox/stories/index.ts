/** The stories there are: another one is a file beside this and a line here. */
import { p1GatewayOom } from './p1-gateway-oom.ts';
import { p1PoolExhausted } from './p1-pool-exhausted.ts';
import { p1StuckExecutions } from './p1-stuck-executions.ts';
import { p1Unanswered } from './p1-unanswered.ts';
import { p2LeakingPod } from './p2-leaking-pod.ts';
import type { Story } from './story.ts';

export const stories: Story[] = [p1GatewayOom, p1PoolExhausted, p2LeakingPod, p1StuckExecutions, p1Unanswered];
