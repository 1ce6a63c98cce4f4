/** Where patients live: each behind a server, read fifty times a second, and watched by one Prometheus. */
import * as Calculator from "@smart-cache/server/Calculator"
import * as Fixtures from "@smart-cache/server/Fixtures"
import * as Server from "@smart-cache/server/Server"
import { Effect, Exit, Layer, Schedule, Scope } from "effect"
import { freePort } from "../../../../redis/test/servers/process.ts"
import type { Condition, Patient } from "./patients.ts"
import type { Target } from "./prometheus.ts"

/** Where the server has Prometheus' text. */
export const metricsPath = "/api/v1/cache/metrics"

/** A bed is a patient behind its server. */
export interface Bed extends Patient {
  readonly target: Target
  readonly condition: Condition
  readonly listen: Effect.Effect<void>
  readonly stopListening: Effect.Effect<void>
}

/** An application without matches: nothing here asks for any. */
const application = Layer.mergeAll(
  Layer.succeed(Fixtures.Fixtures, { list: Effect.succeed([]), knows: () => Effect.succeed(false) }),
  Layer.succeed(Calculator.Calculator, {
    calculate: ({ awayTeam, homeTeam }) => Effect.fail(new Calculator.UnknownMatch({ homeTeam, awayTeam }))
  })
)

/** Settles a patient in: its cache is being read and its server listens until the scope closes. */
export const settle = Effect.fnUntraced(function*(patient: Patient) {
  const condition: Condition = { ill: false }
  const scope = yield* Effect.scope
  const port = yield* freePort
  const services = yield* Layer.build(patient.cache(condition))
  const server = Server.layer({ port }).pipe(Layer.provide(application), Layer.provide(Layer.succeedContext(services)))
  let listening: Scope.Closeable | undefined
  const listen = Effect.gen(function*() {
    listening = yield* Scope.fork(scope)
    yield* Effect.orDie(Scope.provide(Layer.build(Layer.fresh(server)), listening))
  })
  const stopListening = Effect.suspend(() => listening === undefined ? Effect.void : Scope.close(listening, Exit.void))
  yield* listen
  let n = 0
  const read = Effect.suspend(() => Effect.provideContext(patient.read(++n, condition), services))
  // A read that waits does not keep the next ones; what fails is counted by the cache.
  yield* Effect.forkScoped(
    Effect.repeat(Effect.forkIn(Effect.ignore(read), scope), Schedule.spaced("20 millis"))
  )
  const bed: Bed = {
    ...patient,
    condition,
    target: { job: patient.job, address: `127.0.0.1:${port}` },
    listen,
    stopListening
  }
  return bed
})
