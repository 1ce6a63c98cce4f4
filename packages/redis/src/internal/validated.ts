/** Settings from the environment that have to make sense together. */
import * as Config from "effect/Config"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

/** What a function makes of a configuration; what it throws is a `ConfigError` with the same message. */
export const validated = <A, B>(config: Config.Config<A>, make: (given: A) => B): Config.Config<B> =>
  Config.flatMap(config, (given) => {
    try {
      return Config.succeed(make(given))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return Config.fail(new Schema.SchemaError(new SchemaIssue.InvalidValue({ message })))
    }
  })
