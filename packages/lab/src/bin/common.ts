/** What the commands share: where a day comes from, and how a failure is told. */
import * as Cause from "effect/Cause"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as DaySource from "../DaySource.ts"

const date = Schema.String.check(
  Schema.makeFilter((text) =>
    (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) || "a day as YYYY-MM-DD"
  )
)
export const given = Schema.String.check(Schema.isMinLength(1))
export const millis = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 }))

export const dayFlags = {
  data: Flag.String("data").pipe(
    Flag.withDescription("Folder of recorded data: real injuries, reschedulings and odds ticks"),
    Flag.withSchema(given),
    Flag.optional
  ),
  date: Flag.String("date").pipe(
    Flag.withDescription("UTC day of the matches, with --data only, YYYY-MM-DD (default 2025-05-10)"),
    Flag.withSchema(date),
    Flag.optional
  ),
  seed: Flag.Int("seed").pipe(Flag.withDescription("Fixes everything that is drawn (default 1)"), Flag.withDefault(1))
}

class DateWithoutData extends Data.TaggedError("DateWithoutData")<{ readonly date: string }> {
  override get message(): string {
    return `--date ${this.date} needs --data DIR: without recorded data there is one day only`
  }
}

/** Where the day comes from. */
export const sourceOf = (data: Option.Option<string>, date: Option.Option<string>) =>
  Option.isSome(data)
    ? Effect.succeed(DaySource.recorded({ directory: data.value, date: Option.getOrUndefined(date) }))
    : Option.isSome(date)
    ? Effect.fail(new DateWithoutData({ date: date.value }))
    : Effect.succeed(DaySource.simulated())

const inWords = (problem: unknown): string => {
  // A wrong variable: what was expected, and at which one.
  if (problem instanceof Config.ConfigError) return problem.cause.message.replace(/\s*\n\s*/g, " ")
  return problem instanceof Error ? problem.message : String(problem)
}

/** One line about what went wrong, defects included; nothing about an interruption. */
export const complain = (command: string) => (cause: Cause.Cause<unknown>) =>
  Console.error(Cause.hasInterruptsOnly(cause) ? "" : `${command}: ${inWords(Cause.squash(cause))}`)

/** A reader of the output that has seen enough (`| head`) is no failure; a full disk is. */
export const endWithOutput = (command: string): void => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") console.error(`${command}: cannot write the output: ${error.message}`)
    process.exit(error.code === "EPIPE" ? 0 : 1)
  })
}
