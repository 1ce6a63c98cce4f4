/**
 * Contenders timed against each other in one run: interleaved rounds in rotated order, medians.
 */

export interface Contender {
  readonly name: string
  /** What its reads share: a fiber, a hundred fibers, nothing. */
  readonly kind: string
  /** Reads `n` values and throws if one of them is wrong. */
  readonly run: (n: number) => Promise<void>
  /** How many reads a round has. */
  readonly reads: number
}

export interface Row {
  readonly name: string
  readonly kind: string
  readonly ns: number
  readonly min: number
  readonly max: number
  /** Of the medians, to the contender that everything is compared with. */
  readonly ratio: number
  /** The same of the fastest rounds, which the noise of a busy machine spoils least. */
  readonly best: number
}

const median = (numbers: ReadonlyArray<number>): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

/** Nanoseconds a read. */
const time = async ({ reads, run }: Contender): Promise<number> => {
  const start = process.hrtime.bigint()
  await run(reads)
  return Number(process.hrtime.bigint() - start) / reads
}

/** Times everybody once to warm up, then in `rounds` rounds. */
export const race = async (
  contenders: ReadonlyArray<Contender>,
  rounds: number,
  base: string
): Promise<ReadonlyArray<Row>> => {
  const samples = new Map<string, Array<number>>(contenders.map(({ name }) => [name, []]))
  for (const contender of contenders) await time(contender)
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round) % contenders.length]!
      samples.get(contender.name)!.push(await time(contender))
    }
  }
  const one = { median: median(samples.get(base)!), min: Math.min(...samples.get(base)!) }
  return contenders.map(({ kind, name }) => {
    const nanos = samples.get(name)!
    return {
      name,
      kind,
      ns: Math.round(median(nanos)),
      min: Math.round(Math.min(...nanos)),
      max: Math.round(Math.max(...nanos)),
      ratio: Number((median(nanos) / one.median).toFixed(2)),
      best: Number((Math.min(...nanos) / one.min).toFixed(2))
    }
  })
}
