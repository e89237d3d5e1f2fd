/** Words that nobody has declared before: no two incidents speak of the same, as in a real storm of different faults. */
import { randomInt } from 'node:crypto';

const letters = () => String.fromCharCode(...Array.from({ length: 8 }, () => randomInt(97, 123)));

export const unheardOf = (count = 3): string => Array.from({ length: count }, letters).join(' ');
