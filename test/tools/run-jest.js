// Two runs of jest: the pure rooms as CommonJS (three times as fast), the rest as ES modules. Arguments go to both.
import { spawnSync } from 'node:child_process';

const runs = [
  { config: 'jest.pure.config.json', flags: [] },
  { config: 'jest.config.json', flags: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'] },
];

const codes = runs.map(({ config, flags }) => {
  const args = [
    ...flags,
    'node_modules/jest/bin/jest.js',
    '--config',
    config,
    '--passWithNoTests',
    ...process.argv.slice(2),
  ];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
});

process.exit(Math.max(...codes));
