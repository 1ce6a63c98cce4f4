/** The server on a free port, over the scripted application. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Server from "../../../src/Server.ts"
import { port as portOf } from "../../support/app.ts"
import * as Traffic from "./traffic.ts"

export const token = "correct horse battery staple"

export interface Shape {
  readonly url: string
  readonly port: number
  /** What a route answers. */
  readonly ask: <A>(path: string) => Effect.Effect<A>
}

/** Where the dashboard is. */
export class Site extends Context.Service<Site, Shape>()("test/Site") {}

const ask = (url: string) => <A>(path: string): Effect.Effect<A> =>
  Effect.promise(async () => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    return await response.json() as A
  })

/** The server alone, over an application that outlives it. */
export const server = (options: Server.Options = {}) =>
  Layer.effect(
    Site,
    Effect.map(portOf, (port) => {
      const url = `http://127.0.0.1:${port}`
      return { url, port, ask: ask(url) }
    })
  ).pipe(
    Layer.provide(Server.layer({ port: 0, token: Redacted.make(token), ...options })),
    Layer.provide(Logger.layer([]))
  )

export const layer = (options: Server.Options = {}) => server(options).pipe(Layer.provideMerge(Traffic.layer))
