/** Which round of the event loop it is, counted from now on. */
export function countRounds(): { now: () => number; stop: () => void } {
  let round = 0;
  let isOver = false;
  const counting = (): void => {
    round += 1;
    if (!isOver) setImmediate(counting);
  };
  setImmediate(counting);
  return {
    now: () => round,
    stop: () => {
      isOver = true;
    },
  };
}
