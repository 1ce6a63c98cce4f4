/** Numbers and times as people read them. */

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })
const none = "–"

type Maybe = number | null | undefined
const known = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value)

export const count = (value: Maybe): string => known(value) ? grouped.format(value) : none

/** A rate: fewer digits the larger it is. */
export const rate = (value: Maybe): string =>
  !known(value)
    ? none
    : value >= 100
    ? grouped.format(value)
    : value >= 10 || value === 0
    ? value.toFixed(0)
    : value.toFixed(1)

export const percent = (value: Maybe, digits = 1): string => known(value) ? `${value.toFixed(digits)} %` : none

export const decimal = (value: Maybe, digits = 2): string => known(value) ? value.toFixed(digits) : none

const three = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

/** A duration in seconds, with three digits: 4.20 s, 12.5 ms, 310 µs. */
export const latency = (seconds: Maybe): string => {
  if (!known(seconds)) return none
  if (seconds >= 1) return `${three(seconds)} s`
  if (seconds >= 1e-3) return `${three(seconds * 1e3)} ms`
  return `${three(seconds * 1e6)} µs`
}

const units: ReadonlyArray<readonly [name: string, millis: number]> = [["d", 86_400_000], ["h", 3_600_000], [
  "min",
  60_000
]]

/** A longer duration in milliseconds, in its two largest units: 3 h 12 min, 45 s, 0.4 s. */
export const duration = (millis: Maybe): string => {
  if (!known(millis)) return none
  const whole = Math.max(0, Math.round(millis / 100) * 100)
  const at = units.findIndex(([, size]) => whole >= size)
  if (at === -1) {
    return whole < 10_000 && whole % 1000 !== 0
      ? `${(whole / 1000).toFixed(1)} s`
      : `${Math.round(whole / 1000)} s`
  }
  const [name, size] = units[at]!
  const [smaller, part] = units[at + 1] ?? ["s", 1000]
  const rest = Math.floor((whole % size) / part)
  return rest === 0 ? `${Math.floor(whole / size)} ${name}` : `${Math.floor(whole / size)} ${name} ${rest} ${smaller}`
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" })
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" })
export const time = (at: Maybe): string => known(at) ? clock.format(at) : none
export const weekday = (at: Maybe): string => known(at) ? day.format(at) : none

/** Names of the cache in running words. */
export const plain = (name: string): string => name.replaceAll("_", " ")
