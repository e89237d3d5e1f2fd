/** What `cat` reads of a container's control group. */

export const mebi = 1_048_576;
/** As the files of a control group read, one after another. */
export const group = (parts: { current: number; cache?: number; hits?: number; kills?: number }): string =>
  [
    `${parts.current * mebi}`,
    `${512 * mebi}`,
    `low 0\nhigh 0\nmax ${parts.hits ?? 0}\noom ${parts.kills ?? 0}\noom_kill ${parts.kills ?? 0}\noom_group_kill 0`,
    `anon ${(parts.current - (parts.cache ?? 0)) * mebi}\ninactive_file ${(parts.cache ?? 0) * mebi}\n`,
  ].join('\n');

export const inside = (pod: string, stdout: string) => ({
  pod,
  command: ['cat', '/sys/fs/cgroup/memory.current'],
  stdout,
});
