/** As much of autocannon 9 as is used here; it brings no types. */
declare module "autocannon" {
  namespace autocannon {
    interface Request {
      readonly method: "GET" | "POST"
      readonly path: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
    interface Options {
      readonly url: string
      readonly connections: number
      /** Seconds. */
      readonly duration: number
      readonly requests: ReadonlyArray<Request>
      /** An answer whose body it refuses is a mismatch. */
      readonly verifyBody?: (body: string) => boolean
    }
    interface Result {
      readonly requests: { readonly average: number; readonly total: number }
      /** Milliseconds. */
      readonly latency: { readonly p50: number; readonly p99: number }
      readonly non2xx: number
      readonly errors: number
      readonly timeouts: number
      readonly mismatches: number
    }
  }
  function autocannon(options: autocannon.Options): Promise<autocannon.Result>
  export = autocannon
}
