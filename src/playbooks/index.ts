/** The playbooks there are: another one is a file beside this and a line here. */
import type { Playbook } from '../diagnosis/diagnosis.ts';
import { databaseConnections } from './database-connections.ts';
import { workflowStuck } from './workflow-stuck.ts';

export const playbooks: Playbook[] = [databaseConnections, workflowStuck];
