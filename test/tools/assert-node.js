// Scripts run on the Node that the npm package `node` brings; without its install script they would run, silently, on the system's.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`Node ${process.versions.node} runs this script, but 24 or newer is needed. Mend: npm rebuild node`);
  process.exit(1);
}
