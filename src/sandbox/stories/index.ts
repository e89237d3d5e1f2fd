/** The stories there are: another one is a file beside this and a line here. */
import { p1StuckExecutions } from './p1-stuck-executions.ts';
import { p1Unanswered } from './p1-unanswered.ts';
import type { Story } from './story.ts';

export const stories: Story[] = [p1StuckExecutions, p1Unanswered];
