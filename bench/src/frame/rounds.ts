/** How many rounds a command was asked for. */

/** Throws a `RangeError` unless the text is a whole number of at least 1. */
export const roundsOf = (command: string, text: string): number => {
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= 1) return rounds
  throw new RangeError(`${command}: --rounds must be a whole number of at least 1, got ${text}`)
}
