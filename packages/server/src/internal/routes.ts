import * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../Api.ts"

/** Pages beside the API; files of the dashboard begin with the last. */
const pages = ["/", "/docs", "/openapi.json"]
const files = "/assets/"

const methods: ReadonlyMap<string, ReadonlyArray<string>> = (() => {
  const found = new Map<string, ReadonlyArray<string>>(pages.map((path) => [path, ["GET"]]))
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => {
      found.set(endpoint.path, [...found.get(endpoint.path) ?? [], endpoint.method])
    }
  })
  return found
})()

/** The path of a request's target. */
export const pathOf = (url: string): string => url.split(/[?#]/, 1)[0]!

/** What may be done with a path, for `Allow`; `undefined` when there is no such path. */
export const allowed = (path: string): ReadonlyArray<string> | undefined => {
  const known = methods.get(path) ?? (path.startsWith(files) ? ["GET"] : undefined)
  return known?.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method])
}

const open: ReadonlySet<string> = new Set(["/health", "/index.html", ...pages])

/** What shows nothing of the cache: whether the server is alive, the program of the dashboard, what the API is. */
export const isOpen = (path: string): boolean => open.has(path) || path.startsWith(files)
