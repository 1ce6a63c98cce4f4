/** One of a stampede's processes: reads when it is told to, until its parent goes. */
import type { Answer, Order, Setup } from "./stampedeProcesses.ts"
import { now, Source, stampede, ttl } from "./stampedes.ts"
import { load } from "./stampedeStores.ts"

const { name, redis }: Setup = JSON.parse(process.argv[2] ?? "")

const tell = (answer: Answer): void => void process.send?.(answer)

const source = new Source()
const open = await load(name)
const { check, read } = await open<string>({ load: source.load, ttl, capacity: 1000 }, redis)

const obey = async ({ at, key }: Order): Promise<void> => {
  const before = source.computes
  await new Promise((resolve) => setTimeout(resolve, Math.max(1, at - now())))
  const times = await stampede(read, key)
  await check?.()
  tell({ ...times, computes: source.computes - before })
}

process.on("message", (order: Order) =>
  void obey(order).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  }))
process.on("disconnect", () => process.exit(0))
tell("ready")
