/** The playbooks there are: another one is a file beside this and a line here. */
import type { Playbook } from '../diagnosis/diagnosis.ts';
import { apiGateway502 } from './api-gateway-502.ts';
import { databaseConnections } from './database-connections.ts';
import { highMemory } from './high-memory.ts';
import { workflowStuck } from './workflow-stuck.ts';

export const playbooks: Playbook[] = [apiGateway502, databaseConnections, highMemory, workflowStuck];
