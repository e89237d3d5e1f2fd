/** What the pods of the workflow engine use of CPU and memory. */
import type { Probe } from '../diagnosis/diagnosis.ts';
import { type MemorySeen, memory } from './memory.ts';

export const engineUse: Probe<MemorySeen> = { ...memory, name: 'use of the workflow engine' };
