/** Counts what a client asks of its Redis, by the server's own statistics and by what the client hands to its socket. */
import type * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Effect from "effect/Effect"

/** Calls by the name of the command. */
export type Calls = Readonly<Record<string, number>>

export interface Asked {
  /** Commands that travelled. */
  readonly sent: Calls
  /** Commands that scripts called on the server. */
  readonly scripted: Calls
  /** Writes to the socket; several commands may travel in one. */
  readonly writes: number
}

/** What keeps connections open, and what is asked here. */
const besides = /^(?:ping|info|config|client|hello|select|subscribe|command|flushall)\b/

/** The server tells what it ran, not whether a script called it. */
const ranBy = (statistics: string): Calls =>
  Object.fromEntries(
    Array.from(
      statistics.matchAll(/cmdstat_([\w|-]+):calls=(\d+)/g),
      ([, name = "", calls]) => [name, Number(calls)] as const
    ).filter(([name]) => !besides.test(name))
  )

/** What was called more often than it was sent. */
const beyond = (ran: Calls, sent: Calls): Calls =>
  Object.fromEntries(
    Object.entries(ran).map(([name, calls]) => [name, calls - (sent[name] ?? 0)] as const).filter(([, calls]) =>
      calls !== 0
    )
  )

/** Watches the connection of the measured client; asks the server over another one, which is silent meanwhile. */
export const watch = (measured: IoRedis.Shape, observer: IoRedis.Shape) => {
  const { client } = measured
  if (!("stream" in client)) throw new TypeError("bench: commands are counted on one server")
  let sent: Record<string, number> = {}
  let writes = 0
  const send = client.sendCommand.bind(client)
  client.sendCommand = (command, stream) => {
    if (!besides.test(command.name)) sent[command.name] = (sent[command.name] ?? 0) + 1
    return send(command, stream)
  }
  const { stream } = client
  for (const name of ["_write", "_writev"] as const) {
    const write = stream[name] as ((...chunks: ReadonlyArray<unknown>) => void) | undefined
    const counted = (...chunks: ReadonlyArray<unknown>) => {
      writes++
      write?.apply(stream, chunks as Array<unknown>)
    }
    // A stream that cannot write several chunks at once must not look as if it could.
    if (write !== undefined) Object.assign(stream, { [name]: counted })
  }
  const ask = <A>(run: (redis: IoRedis.Shape["client"]) => Promise<A>) => Effect.orDie(observer.use("bench", run))
  return {
    begin: Effect.map(ask((redis) => redis.call("CONFIG", "RESETSTAT")), () => {
      sent = {}
      writes = 0
    }),
    end: Effect.suspend(() => {
      const asked = { sent: { ...sent }, writes }
      return Effect.map(ask((redis) => redis.call("INFO", "commandstats")), (statistics): Asked => ({
        ...asked,
        scripted: beyond(ranBy(String(statistics)), asked.sent)
      }))
    })
  }
}

export type Watch = ReturnType<typeof watch>
